import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const STEADY_LOOP = fileURLToPath(new URL('./steady-loop.mjs', import.meta.url));
/** Makes a gateway tell on SIGUSR2 how much memory is in use once its garbage is collected: `in use: N MB`. */
export const COLLECT_ON_SIGNAL = fileURLToPath(new URL('./collect-on-signal.mjs', import.meta.url));

/** The built gateway as operators run it: a process of its own, with all that it prints. */
export interface GatewayProcess {
  readonly url: string;
  readonly dataDir: string;
  readonly child: ChildProcess;
  readonly owner: { readonly id: string; readonly secret: string };
  /** Everything on its standard output and error so far. */
  printed(): string;
  /** Sends a signal and resolves to how it ended: `{ code, signal }`. */
  end(signal?: NodeJS.Signals): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export interface StartOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** What is run; the `npm start` entry unless the command line's is wanted. */
  readonly command?: readonly string[];
  /** The folder of its store; a new one unless given. */
  readonly dataDir?: string;
  /** How many files it may have open. */
  readonly openFiles?: number;
  /** Whether it sheds load when its event loop is late, as the product does; not unless given, since tests share the machine. */
  readonly shedsLoad?: boolean;
  /** Modules that are loaded in front of it. */
  readonly preloads?: readonly string[];
}

export async function startGatewayProcess(options: StartOptions = {}): Promise<GatewayProcess> {
  const { settings = {}, command = ['dist/main.js'], openFiles, shedsLoad = false, preloads = [] } = options;
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'changeover-process-'));
  const imports = [...(shedsLoad ? [] : [STEADY_LOOP]), ...preloads].flatMap((module) => ['--import', module]);
  const node = [process.execPath, ...imports, ...command];
  // The shell becomes the gateway.
  const limited = openFiles === undefined ? node : ['sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', ...node];
  const child = spawn(limited[0] ?? '', limited.slice(1), {
    env: { PATH: process.env.PATH, PORT: '0', CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_EGRESS_ALLOW: 'loopback', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => ({ code: code as number | null, signal: signal as NodeJS.Signals | null }));
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk.toString('utf8');
      const found = /ready at (\S+) /.exec(printed)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    void ended.then(() => reject(new Error(`the gateway did not start: ${printed}`)));
  });
  const owner = JSON.parse(readFileSync(join(dataDir, 'owner-token'), 'utf8')) as GatewayProcess['owner'];
  return {
    url,
    dataDir,
    child,
    owner,
    printed: () => printed,
    async end(signal = 'SIGINT') {
      child.kill(signal);
      return await ended;
    },
  };
}
