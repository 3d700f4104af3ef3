import { readFileSync } from 'node:fs';
import { Command, Help } from 'commander';
import { addAuditCommands } from './commands/audit.ts';
import { addAwsRoleCommands } from './commands/aws-role.ts';
import { addConnectionCommands } from './commands/connection/connection.ts';
import { addConsumerCommands } from './commands/consumer.ts';
import { addDataKeyCommands } from './commands/data-key.ts';
import { addLeaseCommands } from './commands/lease.ts';
import { addProcessCommands } from './commands/process.ts';
import { addRekeyCommand } from './commands/rekey.ts';
import { addRunCommand } from './commands/run.ts';
import { addSecretCommands } from './commands/secret.ts';
import { addTokenCommands } from './commands/token.ts';
import { EXIT_CODES } from './output/report-error.ts';

const FOOTER = `
Where the commands work:
  on the gateway that runs on CHANGEOVER_DATA_DIR (./data), or on its store when none runs;
  on a remote gateway with CHANGEOVER_URL and CHANGEOVER_TOKEN, with that token's rights.

Secrets come from standard input or a prompt, never from an argument. With --json a command
prints one JSON value, and errors are JSON on standard error. Colours are for terminals; NO_COLOR turns them off.

Exit codes:
${Object.entries(EXIT_CODES)
  .map(([code, meaning]) => `  ${code.padEnd(3)}  ${meaning}`)
  .join('\n')}

Examples:
  changeover token create --name ci --role admin
  changeover connection add --kind postgres --integration Sales \\
    --set host=db.example.com --set database=sales --set user=loader
  changeover connection update Sales --set user=loader_2026 --secret password`;

/** The whole command line, one call for each group; the reference page is made of it. Throws instead of ending the process. */
export function createCommandLine(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
  const program = new Command('changeover')
    .description('Change the credentials of live connections without breaking a running job.')
    .version(version, '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show this')
    .addHelpText('after', FOOTER)
    .configureHelp({
      optionDescription: (option) => `${new Help().optionDescription(option)}${option.mandatory ? ' (required)' : ''}`,
    })
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  addProcessCommands(program);
  addTokenCommands(program);
  addConnectionCommands(program);
  addLeaseCommands(program);
  addRunCommand(program);
  addRekeyCommand(program);
  addDataKeyCommands(program);
  addSecretCommands(program);
  addAwsRoleCommands(program);
  addConsumerCommands(program);
  addAuditCommands(program);
  return program;
}
