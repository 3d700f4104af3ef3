import { createCommandLine } from './command-line.ts';
import { NOT_STARTED, reportError } from './output/report-error.ts';

/** Does what a command line says, with the arguments of the process as they are, and leaves the exit code with the process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  try {
    await createCommandLine().parseAsync([...argv]);
  } catch (error) {
    // Everything after `--` is the command of a job, with options of its own.
    const [own = ''] = argv.join('\0').split('\0--\0');
    const words = own.split('\0');
    const exitCode = reportError(error, words.includes('--json'));
    process.exitCode = words[2] === 'run' && exitCode !== 0 ? NOT_STARTED : exitCode;
  }
}
