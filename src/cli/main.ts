#!/usr/bin/env node
import '../harden-process.ts';
import { createCommandLine } from './command-line.ts';
import { NOT_STARTED, reportError } from './report-error.ts';

// A reader that went away, of what is printed or warned of, does not end what the command does, or a job that it looks after.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await createCommandLine().parseAsync();
} catch (error) {
  // What stands behind -- is the command of a job, with options of its own.
  const [own = ''] = process.argv.join('\0').split('\0--\0');
  const words = own.split('\0');
  const exitCode = reportError(error, words.includes('--json'));
  process.exitCode = words[2] === 'run' && exitCode !== 0 ? NOT_STARTED : exitCode;
}
