import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const INSTALL_MS = 600_000;
const RUN_MS = 150_000;

/** The pinned clients in an environment of their own, below the user's cache; made once for each list of versions. */
export async function installClients() {
  const requirements = join(import.meta.dirname, 'requirements.txt');
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'changeover', `clients-${digest}`);
  const python = join(folder, 'bin/python');
  const whole = join(folder, 'whole');
  if (!existsSync(whole)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await install('python3', ['-m', 'venv', folder]);
    await install(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]);
    writeFileSync(whole, '');
  }
  return { python, montecarlo: join(folder, 'bin/montecarlo') };
}

async function install(program, args) {
  const { code, output } = await run(program, args, { env: process.env, input: '', timeoutMs: INSTALL_MS });
  if (code !== 0) throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed:\n${output.slice(-2000)}`);
}

/** The code and everything that was printed, without what the SDK says of its own schema at each start. */
export async function run(program, args, { env, input, timeoutMs = RUN_MS }) {
  const child = spawn(program, args, { env, stdio: 'pipe', timeout: timeoutMs, killSignal: 'SIGKILL' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, output: output.replaceAll(/^Unknown enum value .*\n/gm, '') };
}
