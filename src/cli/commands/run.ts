import { hostname } from 'node:os';
import type { Command } from 'commander';
import { environmentOfJob, readConfig } from '../../config.ts';
import { remoteGateway } from '../gateway/transport.ts';
import { giveByEnvironment, giveByFile } from '../run/give-credentials.ts';
import { takeLease } from '../run/held-lease.ts';
import { runChild } from '../run/run-child.ts';
import { UsageError } from '../usage-error.ts';
import { requireUuid, wholeNumber } from './shared.ts';

interface RunOptions {
  readonly connection: string;
  readonly job?: string;
  readonly prefix: string;
  readonly file?: string;
  readonly ttl: number;
  readonly wait: number;
}

export function addRunCommand(program: Command): void {
  program
    .command('run')
    .description(
      'run a job with the credentials of a connection, and hold a lease on them while it runs; needs CHANGEOVER_URL and a CHANGEOVER_TOKEN of the role job',
    )
    .argument('<command...>', 'the job, behind `--`; its exit code is passed on, and 125 says that it was not started')
    .requiredOption('--connection <id>', 'whose credentials it gets', (text: string) =>
      requireUuid(text, '--connection must be a UUID; changeover connection list shows them.'),
    )
    .option('--job <name>', 'what it calls itself to whoever waits for it; the command and host unless given')
    .option(
      '--prefix <text>',
      'of the environment variables, one for each field: CONNECTION_HOST, CONNECTION_PASSWORD',
      variableName('--prefix'),
      'CONNECTION_',
    )
    .option(
      '--file <variable>',
      'give the credentials in a JSON file of mode 0600 instead, and its path in this variable',
      variableName('--file'),
    )
    .option(
      '--ttl <seconds>',
      'the lease ends this long after the last renewal, should this process be killed',
      wholeNumber('--ttl', 1, 86_400),
      900,
    )
    .option(
      '--wait <seconds>',
      'how long to ask again while a change is being saved or the gateway is away',
      wholeNumber('--wait', 0, 86_400),
      3600,
    )
    .action(async (command: readonly string[], options: RunOptions) => {
      process.exitCode = await run(command, options);
    });
}

/** The lease ends when the job does, whatever its end; if this process is killed, by its time. */
async function run([program = '', ...args]: readonly string[], options: RunOptions): Promise<number> {
  const { remote } = readConfig();
  if (remote === null) throw new UsageError('Only a token of the role job takes leases: set CHANGEOVER_URL and CHANGEOVER_TOKEN.');
  const gateway = remoteGateway(remote.url, remote.token);
  const warn = (text: string) => void process.stderr.write(`changeover: ${text}\n`);
  const job = options.job ?? `${program} on ${hostname()}`.slice(0, 200);
  const lease = await takeLease(
    gateway,
    { connectionId: options.connection, job, ttlSeconds: options.ttl, waitSeconds: options.wait },
    warn,
  );
  try {
    const given =
      options.file === undefined ? giveByEnvironment(lease.credentials, options.prefix) : giveByFile(lease.credentials, options.file);
    try {
      return await runChild(program, args, { ...environmentOfJob(), ...given.variables }, warn);
    } finally {
      given.remove();
    }
  } finally {
    await lease.end();
  }
}

function variableName(option: string): (text: string) => string {
  return (text) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,99}$/.test(text)) throw new UsageError(`${option} takes letters, digits and underscores.`);
    return text;
  };
}
