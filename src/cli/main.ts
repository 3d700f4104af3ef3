#!/usr/bin/env node
import '../harden-process.ts';
import { runCommandLine } from './run-command-line.ts';

// A closed standard output or error does not end the command, nor a job that it runs.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

await runCommandLine(process.argv);
