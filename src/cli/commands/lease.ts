import type { Command } from 'commander';
import { endLease, listLeases } from '../documents/documents.ts';
import { findByName } from '../gateway/find-by-name.ts';
import { nodesOf } from '../gateway/present.ts';
import { print, safeText, shortTime, table } from '../output/output.ts';
import { gatewayCommand, plain } from './shared.ts';

export function addLeaseCommands(program: Command): void {
  const lease = program.command('lease').description('leases that jobs hold');
  gatewayCommand<{ connection?: string; all?: boolean }>(
    lease,
    'list',
    'live leases, newest first, at most 100',
    (command) => command.option('--connection <connection>', 'of one connection, by its id or name').option('--all', 'ended ones too'),
    async (gateway, output, { connection, all }) => {
      const { leases } = await gateway.run(listLeases, {
        connection: connection === undefined ? null : await findByName(gateway, 'connection', connection),
        live: all !== true,
      });
      const rows = nodesOf(leases);
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
      await gateway.run(endLease, { id });
      print(output, { id, ended: true }, () => [`Ended ${safeText(id)}.`]);
    },
  );
}
