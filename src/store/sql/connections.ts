import { and, asc, desc, eq, inArray, isNull, type SQL } from 'drizzle-orm';
import type { Connection, Scope } from '../../domain/connection.ts';
import type { ConnectionFilter, ConnectionReaders, ConnectionWriters, ListedConnection } from '../../domain/store.ts';
import type { Database } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { behind } from './keyset.ts';
import { first, trusted } from './trusted.ts';

export function connectionReaders(db: Database, tables: Tables): ConnectionReaders {
  const { connections, integrations, versions } = tables;
  const within = (scope: Scope) => withinScope(tables, scope);
  return {
    find: async (scope, id) => first<Connection>(await db.select().from(connections).where(and(within(scope), eq(connections.id, id)))),
    findMany: async (scope, ids) => (ids.length === 0 ? [] : trusted<Connection>(await db.select().from(connections).where(and(within(scope), inArray(connections.id, [...ids]))))),
    ofIntegrations: async (scope, ids) =>
      ids.length === 0 ? [] : trusted<Connection>(await db.select().from(connections).where(and(within(scope), inArray(connections.integrationId, [...ids]))).orderBy(asc(connections.createdAt), asc(connections.id))),
    page: async (scope, filter, { limit, after }) =>
      trusted<Connection>(
        await db
          .select()
          .from(connections)
          .where(and(within(scope), ...matching(db, tables, filter), behind(connections.createdAt, connections.id, after)))
          .orderBy(desc(connections.createdAt), desc(connections.id))
          .limit(limit),
      ),
    listing: async (scope, limit) =>
      trusted<ListedConnection>(
        await db
          .select({
            id: connections.id,
            name: connections.name,
            createdAt: connections.createdAt,
            integrationId: connections.integrationId,
            integrationName: integrations.name,
            integrationCategory: integrations.category,
            siteId: integrations.siteId,
            kind: versions.kind,
            settings: versions.settings,
          })
          .from(connections)
          .innerJoin(integrations, eq(integrations.id, connections.integrationId))
          .innerJoin(versions, and(eq(versions.connectionId, connections.id), eq(versions.version, connections.currentVersion)))
          .where(within(scope))
          .orderBy(asc(connections.createdAt), asc(connections.id))
          .limit(limit),
      ),
  };
}

function withinScope({ connections }: Tables, scope: Scope): SQL | undefined {
  return and(eq(connections.projectId, scope.projectId), isNull(connections.deletedAt), scope.integrationIds === null ? undefined : inArray(connections.integrationId, [...scope.integrationIds]));
}

function matching(db: Database, { connections, versions }: Tables, filter: ConnectionFilter): readonly (SQL | undefined)[] {
  return [
    filter.ids === undefined ? undefined : inArray(connections.id, [...filter.ids]),
    filter.integrationId === undefined ? undefined : eq(connections.integrationId, filter.integrationId),
    filter.active === undefined ? undefined : eq(connections.isActive, filter.active),
    filter.kinds === undefined
      ? undefined
      : inArray(connections.id, db.select({ id: versions.connectionId }).from(versions).where(and(eq(versions.label, 'CURRENT'), inArray(versions.kind, [...filter.kinds])))),
  ];
}

export function connectionWriters(db: Database, tables: Tables): ConnectionWriters {
  const { connections } = tables;
  const alter = async (scope: Scope, id: string, set: Partial<typeof connections.$inferInsert>, by: string | null, now: number, guard?: SQL) =>
    (await db.update(connections).set({ ...set, updatedAt: now, updatedBy: by }).where(and(withinScope(tables, scope), eq(connections.id, id), guard)).returning({ id: connections.id })).length > 0;
  return {
    ...connectionReaders(db, tables),
    insert: async (connection) => void (await db.insert(connections).values(connection)),
    advance: (scope, id, from, to, by, now) => alter(scope, id, { currentVersion: to }, by, now, eq(connections.currentVersion, from)),
    rename: (scope, id, name, by, now) => alter(scope, id, { name }, by, now),
    setActive: (scope, id, active, by, now) => alter(scope, id, { isActive: active, disabledAt: active ? null : now }, by, now),
    setDeletionProtection: (scope, id, on, by, now) => alter(scope, id, { deletionProtection: on }, by, now),
    setPolicy: (scope, id, { inFlight, overlapMs, commitPolicy }, by, now) => alter(scope, id, { inFlight, overlapMs, commitPolicy }, by, now),
    remove: (scope, id, by, now) => alter(scope, id, { deletedAt: now }, by, now, eq(connections.deletionProtection, false)),
  };
}
