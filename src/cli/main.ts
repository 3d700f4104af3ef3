#!/usr/bin/env node
import { DomainError } from '../domain/errors.ts';
import { StartupError } from '../domain/startup-error.ts';
import { createCommandLine } from './command-line.ts';
import { GatewayError } from './transport.ts';

try {
  await createCommandLine().parseAsync();
} catch (error) {
  const asJson = process.argv.includes('--json');
  const answered = error instanceof GatewayError || error instanceof DomainError;
  const code = answered ? error.code : error instanceof StartupError ? 'UNAVAILABLE' : 'INTERNAL';
  const message = answered || error instanceof StartupError ? error.message : 'Something went wrong inside the command.';
  const details = answered ? error.details : {};
  process.stderr.write(
    asJson
      ? `${JSON.stringify({ error: { ...details, code, message } })}\n`
      : `changeover: ${message}${typeof details.next === 'string' ? `\n${details.next}` : ''}\n`,
  );
  process.exitCode = error instanceof StartupError ? error.exitCode : 1;
}
