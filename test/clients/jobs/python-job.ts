import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface PythonJob {
  /** The next thing that it says. */
  said(): Promise<Readonly<Record<string, unknown>>>;
  /** All that it has printed so far. */
  printed(): string;
  goOn(): void;
  signal(name: NodeJS.Signals): void;
  /** How it ended, and all that it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly output: string }>;
}

/** A program that says lines of JSON on its standard output. */
export function startPythonJob(program: string, args: readonly string[], env: Readonly<Record<string, string>>): PythonJob {
  const child = spawn(program, args, { env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'pipe' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  child.stdin.on('error', () => {});
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    async said() {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`it says nothing more:\n${output}`);
      return JSON.parse(value) as Readonly<Record<string, unknown>>;
    },
    printed: () => output,
    goOn: () => void child.stdin.write('\n'),
    signal: (name) => void child.kill(name),
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, output }))),
  };
}
