#!/usr/bin/env node
import '../harden-process.ts';
import { createCommandLine } from './command-line.ts';
import { NOT_STARTED, reportError } from './output/report-error.ts';

// A closed standard output or error does not end the command, nor a job that it runs.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  await createCommandLine().parseAsync();
} catch (error) {
  // Everything after `--` is the command of a job, with options of its own.
  const [own = ''] = process.argv.join('\0').split('\0--\0');
  const words = own.split('\0');
  const exitCode = reportError(error, words.includes('--json'));
  process.exitCode = words[2] === 'run' && exitCode !== 0 ? NOT_STARTED : exitCode;
}
