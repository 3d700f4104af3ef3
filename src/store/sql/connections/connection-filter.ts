import { and, eq, inArray, isNull, or, type SQL } from 'drizzle-orm';
import type { Scope } from '../../../domain/connection/connection.ts';
import type { ConnectionFilter } from '../../../domain/connection/connection-store.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { labelled } from '../versions/version-conditions.ts';

export function withinScope({ connections }: Tables, scope: Scope): SQL | undefined {
  return and(
    eq(connections.projectId, scope.projectId),
    isNull(connections.deletedAt),
    scope.integrationIds === null ? undefined : inArray(connections.integrationId, [...scope.integrationIds]),
  );
}

export function matching(db: Database, tables: Tables, filter: ConnectionFilter): readonly (SQL | undefined)[] {
  const { connections, versions } = tables;
  return [
    filter.ids === undefined ? undefined : inArray(connections.id, [...filter.ids]),
    filter.integrationId === undefined ? undefined : eq(connections.integrationId, filter.integrationId),
    filter.active === undefined ? undefined : eq(connections.isActive, filter.active),
    filter.name === undefined ? undefined : named(db, tables, filter.name),
    filter.kinds === undefined
      ? undefined
      : inArray(
          connections.id,
          db
            .select({ id: versions.connectionId })
            .from(versions)
            .where(and(eq(versions.connectionId, connections.id), labelled(tables, 'CURRENT'), inArray(versions.kind, [...filter.kinds]))),
        ),
  ];
}

/** The name that is shown: a connection without one has its integration's. */
function named(db: Database, { connections, integrations }: Tables, name: string): SQL | undefined {
  const ofThatName = db
    .select({ id: integrations.id })
    .from(integrations)
    .where(and(eq(integrations.id, connections.integrationId), eq(integrations.nameKey, name)));
  return or(eq(connections.name, name), and(isNull(connections.name), inArray(connections.integrationId, ofThatName)));
}
