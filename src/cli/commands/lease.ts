import type { Command } from 'commander';
import { print, safeText, shortTime, table } from '../output.ts';
import { gatewayCommand, plain, requireUuid } from './shared.ts';

interface LeaseRow {
  readonly id: string;
  readonly connectionId: string;
  readonly version: number;
  readonly job: string;
  readonly acquiredAt: string;
  readonly expiresAt: string;
  readonly live: boolean;
}

export function addLeaseCommands(program: Command): void {
  const lease = program.command('lease').description('leases that jobs hold');
  gatewayCommand<{ connection?: string; all?: boolean }>(
    lease,
    'list',
    'live leases, newest first, at most 100',
    (command) =>
      command
        .option('--connection <id>', 'of one connection', (id) =>
          requireUuid(id, '--connection must be a UUID; changeover connection list shows them.'),
        )
        .option('--all', 'ended ones too'),
    async (gateway, output, { connection, all }) => {
      const { leases } = await gateway.run<{ leases: { edges: readonly { node: LeaseRow }[] } }>(
        'query ($connection: UUID, $live: Boolean) { leases(first: 100, connectionId: $connection, live: $live) { edges { node { id connectionId version job acquiredAt expiresAt live } } } }',
        { connection: connection ?? null, live: all !== true },
      );
      const rows = leases.edges.map(({ node }) => node);
      print(output, rows, () =>
        table(
          ['ID', 'CONNECTION', 'VERSION', 'JOB', 'SINCE', 'UNTIL', 'LIVE'],
          rows.map((row) => [
            row.id,
            row.connectionId,
            row.version,
            row.job,
            shortTime(row.acquiredAt),
            shortTime(row.expiresAt),
            row.live,
          ]),
        ),
      );
    },
  );
  gatewayCommand(
    lease,
    'release <id>',
    'end a lease; its job keeps what it has read',
    plain,
    async (gateway, output, _options, [id = '']) => {
      await gateway.run('mutation ($id: UUID!) { endLease(leaseId: $id) { id } }', { id });
      print(output, { id, ended: true }, () => [`Ended ${safeText(id)}.`]);
    },
  );
}
