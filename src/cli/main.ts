#!/usr/bin/env node
import '../harden-process.ts';
import { createCommandLine } from './command-line.ts';
import { reportError } from './report-error.ts';

try {
  await createCommandLine().parseAsync();
} catch (error) {
  // What stands behind -- is the command of a job, with options of its own.
  const [own = ''] = process.argv.join('\0').split('\0--\0');
  process.exitCode = reportError(error, own.split('\0').includes('--json'));
}
