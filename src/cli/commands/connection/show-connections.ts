import type { Command } from 'commander';
import { type ListConnectionsQuery, listConnections, type ShowConnectionQuery, showConnection } from '../../documents/documents.ts';
import { nodesOf, required } from '../../gateway/present.ts';
import type { Gateway } from '../../gateway/transport.ts';
import { writeReference } from '../../input/read-reference.ts';
import { print, safeText, shortTime, table } from '../../output/output.ts';
import { gatewayCommand, plain } from '../shared.ts';

export function addShowCommands(connection: Command): void {
  gatewayCommand(connection, 'list', 'all connections, newest first', plain, async (gateway, output) => {
    const rows = await readAll(gateway);
    print(output, rows, () =>
      table(
        ['ID', 'NAME', 'KIND', 'VERSION', 'ACTIVE', 'PROVEN'],
        rows.map((row) => [row.uuid, row.name, row.kind, row.currentVersion.version, row.isActive, row.currentVersion.proven]),
      ),
    );
  });
  gatewayCommand(
    connection,
    'show <connection>',
    'one connection, its versions and policy; never a secret',
    plain,
    async (gateway, output, _options, [id = '']) => {
      const row = required((await gateway.run(showConnection, { id })).connection);
      print(output, row, () => [
        `${safeText(row.name)} (${safeText(row.kind)}), version ${row.currentVersion.version}, ${row.isActive ? 'active' : 'disabled'}`,
        `settings: ${safeText(row.settings)}`,
        ...referenceIn(row.versions),
        `policy:   ${safeText(row.policy)}`,
        ...table(
          ['VERSION', 'LABEL', 'ORIGIN', 'PROVEN', 'VALID UNTIL', 'CREATED'],
          row.versions.map((one) => [one.version, one.label, one.origin, one.proven, shortTime(one.validUntil), shortTime(one.createdAt)]),
        ),
      ]);
    },
  );
}

type ListedConnection = NonNullable<ListConnectionsQuery['connections']['edges'][number]['node']>;
type Version = NonNullable<ShowConnectionQuery['connection']>['versions'][number];

function referenceIn(versions: readonly Version[]): readonly string[] {
  const current = versions.find(({ label }) => label === 'CURRENT');
  return current?.reference == null ? [] : [`secret:   ${safeText(writeReference(current.reference))}`];
}

async function readAll(gateway: Gateway): Promise<readonly ListedConnection[]> {
  const rows: ListedConnection[] = [];
  for (let after: string | null = null; ; ) {
    const { connections }: ListConnectionsQuery = await gateway.run(listConnections, { after });
    rows.push(...nodesOf(connections));
    if (!connections.pageInfo.hasNextPage) return rows;
    after = connections.pageInfo.endCursor;
  }
}
