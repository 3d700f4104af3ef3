import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Reads environments, and writes what each start ends with. */
const MAKE_EACH = `
import { text } from 'node:stream/consumers';
const dist = process.argv[1];
const [{ createApp }, { readConfig }] = await Promise.all(['app.js', 'config.js'].map((file) => import(dist + file)));
const ends = [];
for (const environment of JSON.parse(await text(process.stdin)))
  try {
    await createApp(readConfig(environment));
    ends.push('made');
  } catch (error) {
    ends.push(error.constructor.name === 'StartupError' ? error.message : String(error));
  }
process.stdout.write(JSON.stringify(ends));
`;

/** A folder in which the built product is installed as an operator has it, with connectors of packages beside it. */
export interface ScratchInstall {
  readonly folder: string;
  /** Packs a package with npm and installs what was packed. */
  install(packageFolder: string): void;
  /** Puts a package in place that nobody packed. */
  write(name: string, files: Readonly<Record<string, string>>): void;
  /** Starts the installed gateway and resolves when it listens. */
  serve(environment: Readonly<Record<string, string>>): Promise<RunningGateway>;
  /** Starts it when it can't start, and returns how it ended. */
  fail(environment: Readonly<Record<string, string>>): { readonly status: number | null; readonly stderr: string };
  /** Makes the gateway in one process, with each of the environments in turn, and returns the StartupErrors that say why it can't be made. */
  refusals(environments: readonly Readonly<Record<string, string>>[]): readonly string[];
  remove(): void;
}

export interface RunningGateway {
  graphql(query: string, variables: object): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

export function createScratchInstall(): ScratchInstall {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-scratch-'));
  const product = join(folder, 'node_modules/changeover');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
  const npm = (args: readonly string[], cwd: string) =>
    execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const program = [join(product, 'dist/cli/main.js'), 'serve'];
  const environmentOf = (name: string, given: Readonly<Record<string, string>>) => ({
    PATH: process.env.PATH,
    PORT: '0',
    CHANGEOVER_DATA_DIR: join(folder, name),
    CHANGEOVER_EGRESS_ALLOW: 'loopback',
    ...given,
  });

  /** npm takes away what it has not installed, so the product comes last. */
  function placeProduct(): void {
    for (const path of ['package.json', 'dist', 'migrations', 'schema']) cpSync(join(root, path), join(product, path), { recursive: true });
    mkdirSync(join(product, 'scripts'), { recursive: true });
    for (const path of ['node_modules', 'scripts/node-20']) {
      rmSync(join(product, path), { force: true });
      symlinkSync(join(root, path), join(product, path));
    }
  }
  placeProduct();

  return {
    folder,
    install(packageFolder) {
      const packed = npm(['pack', '--silent', '--pack-destination', folder], packageFolder).trim();
      npm(['install', '--silent', '--offline', '--no-audit', '--no-fund', `./${packed}`], folder);
      placeProduct();
    },
    write(name, files) {
      for (const [path, text] of Object.entries(files)) {
        const file = join(folder, 'node_modules', name, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
    },
    async serve(given) {
      const environment = environmentOf('data', given);
      const child = spawn(process.execPath, program, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
      const url = await readUrl(child);
      const { secret } = JSON.parse(readFileSync(join(environment.CHANGEOVER_DATA_DIR, 'owner-token'), 'utf8')) as {
        readonly secret: string;
      };
      return {
        async graphql(query, variables) {
          const response = await fetch(`${url}/graphql`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}` },
            body: JSON.stringify({ query, variables }),
          });
          return (await response.json()) as Record<string, unknown>;
        },
        async stop() {
          const exited = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGTERM');
          await exited;
        },
      };
    },
    fail(given) {
      const { status, stderr } = spawnSync(process.execPath, program, {
        env: environmentOf('none', given),
        encoding: 'utf8',
        timeout: 60_000,
      });
      return { status, stderr };
    },
    refusals(given) {
      const environments = given.map((one) => environmentOf('none', one));
      const args = ['--input-type=module', '-e', MAKE_EACH, pathToFileURL(join(product, 'dist/')).href];
      const made = execFileSync(process.execPath, args, { encoding: 'utf8', input: JSON.stringify(environments), timeout: 60_000 });
      return JSON.parse(made) as readonly string[];
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function readUrl(child: ChildProcess): Promise<string> {
  let text = '';
  return await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}`)));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const url = /ready at (\S+)/.exec(text)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
