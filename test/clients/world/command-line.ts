import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { InstalledClients } from '../install-clients.ts';

export interface CommandOutcome {
  readonly code: number | null;
  /** All that was printed, standard error included. */
  readonly output: string;
}

export type ClientSettings = Readonly<Record<string, string>>;

/** The lead API's command line in one process, which runs a command at a time. Starting it takes seconds, and a command itself next to nothing. */
export interface CommandLine {
  run(args: readonly string[], settings: ClientSettings, answers: string): Promise<CommandOutcome>;
  /** All that it has: commands as words, and its documents by their names. */
  inventory(): Promise<{ readonly commands: readonly string[]; readonly documents: Readonly<Record<string, string>> }>;
  close(): void;
}

export function startCommandLine({ python }: InstalledClients, home: string): CommandLine {
  const child = spawn(python, [new URL('command-driver.py', import.meta.url).pathname], { env: clientEnvironment(home), stdio: 'pipe' });
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = `${complaints}${text}`.slice(-4000);
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const ask = async <T>(request: object): Promise<T> => {
    const before = last;
    const answered = (async () => {
      await before;
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`the command line ended:\n${complaints}`);
      return JSON.parse(value) as T;
    })();
    last = answered.catch(() => undefined);
    return await answered;
  };
  return {
    run: (args, settings, answers) => ask({ args, settings, answers }),
    inventory: () => ask({}),
    close: () => child.kill('SIGKILL'),
  };
}

/** The program itself, as users start it. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { env, answers = '', home }: { readonly env: ClientSettings; readonly answers?: string; readonly home: string },
): Promise<CommandOutcome> {
  const child: ChildProcess = spawn(program, args, { env: { ...clientEnvironment(home), ...env }, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  child.stdin?.on('error', () => {});
  child.stdin?.end(answers);
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  return { code, output };
}

/** Nothing of the user's own profile or cloud account is read. */
function clientEnvironment(home: string): Record<string, string> {
  return { PATH: process.env.PATH ?? '', HOME: home, AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' };
}
