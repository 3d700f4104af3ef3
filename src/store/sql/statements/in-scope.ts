import { and, eq, inArray, type SQL } from 'drizzle-orm';
import type { Scope } from '../../../domain/connection/connection.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';

/** Rows of connections that are in scope, of a table that names the connection and its project in each row. */
export function ofConnectionsInScope(
  db: Database,
  { connections }: Tables,
  rows: Tables['changes'] | Tables['leases'] | Tables['versions'],
  { projectId, integrationIds }: Scope,
): SQL | undefined {
  return and(
    eq(rows.projectId, projectId),
    integrationIds === null
      ? undefined
      : inArray(
          rows.connectionId,
          db
            .select({ id: connections.id })
            .from(connections)
            .where(inArray(connections.integrationId, [...integrationIds])),
        ),
  );
}
