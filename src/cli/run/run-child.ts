import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

/** The first two cannot be caught. A process must not survive its own faults. The others end nothing. */
const OUR_OWN: ReadonlySet<string> = new Set([
  ...['SIGKILL', 'SIGSTOP'],
  ...['SIGILL', 'SIGBUS', 'SIGFPE', 'SIGSEGV'],
  ...['SIGPIPE', 'SIGCHLD', 'SIGCONT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGWINCH'],
]);
/**
 * Passed on to the job: whatever else would end this process, which has to outlive its job, or the credentials stay behind and the
 * lease lives on. SIGUSR1 among them, which would open Node's debugger here.
 */
const FORWARDED = Object.entries(constants.signals)
  // Some numbers have a second name.
  .filter(([name, number], index, all) => !OUR_OWN.has(name) && all.findIndex(([, other]) => other === number) === index)
  // The record's keys are signals, by its type.
  .map(([name]) => name as NodeJS.Signals);
/** A terminal sends these to the job by itself. */
const FROM_TERMINAL: readonly string[] = ['SIGINT', 'SIGQUIT'];

/**
 * Runs a program on this process's own input and output, and passes signals on. Resolves with its exit code: 128 and the signal's
 * number when a signal ended it, 127 when there is no such program and 126 when it can't be run, as a shell does.
 */
export async function runChild(
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  warn: (text: string) => void,
): Promise<number> {
  const refused = (error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    warn(`the command can't be run (${code}).`);
    return code === 'ENOENT' ? 127 : 126;
  };
  let child: ChildProcess;
  try {
    child = spawn(program, args, { stdio: 'inherit', env: environment });
  } catch (error) {
    return refused(error);
  }
  const listeners = FORWARDED.map((signal) => {
    const pass = () => {
      if (!(process.stdin.isTTY && FROM_TERMINAL.includes(signal))) child.kill(signal);
    };
    process.on(signal, pass);
    return { signal, pass };
  });
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve(refused(error)));
      child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']));
    });
  } finally {
    for (const { signal, pass } of listeners) process.off(signal, pass);
  }
}
