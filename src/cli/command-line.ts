import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAuditCommands } from './commands/audit.ts';
import { addConnectionCommands } from './commands/connection.ts';
import { addLeaseCommands } from './commands/lease.ts';
import { addProcessCommands } from './commands/process.ts';
import { addTokenCommands } from './commands/token.ts';

/** The whole command line, one call for each group; the reference page is made of it. */
export function createCommandLine(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const program = new Command('changeover')
    .description('Change the credentials of live connections without breaking a running job.')
    .version(version)
    .showHelpAfterError('(add --help for what there is)');
  addProcessCommands(program);
  addTokenCommands(program);
  addConnectionCommands(program);
  addLeaseCommands(program);
  addAuditCommands(program);
  return program;
}
