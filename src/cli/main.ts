#!/usr/bin/env node
import '../harden-process.ts';
import { createCommandLine } from './command-line.ts';
import { reportError } from './report-error.ts';

try {
  await createCommandLine().parseAsync();
} catch (error) {
  process.exitCode = reportError(error, process.argv.includes('--json'));
}
