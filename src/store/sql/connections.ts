import { and, asc, desc, eq, getTableColumns, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Connection, Scope } from '../../domain/connection.ts';
import { notFound } from '../../domain/errors.ts';
import type {
  ConnectionFilter,
  ConnectionReaders,
  ConnectionWithCurrent,
  ConnectionWriters,
  ListedConnection,
} from '../../domain/store.ts';
import type { Database, EngineTransaction, StatementSource } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { inChunks } from './in-chunks.ts';
import { behind } from './keyset.ts';
import { preparedInScope, preparedInsert } from './prepared.ts';
import { first, trusted } from './trusted.ts';
import { labelled } from './versions.ts';

const findOne = preparedInScope('connections_find', ['id'], (db, tables, scope, { id }) => ({
  columns: getTableColumns(tables.connections),
  statement: db
    .select()
    .from(tables.connections)
    .where(and(withinScope(tables, scope), eq(tables.connections.id, id))),
}));
const findWithCurrent = preparedInScope('connections_with_current', ['id'], (db, tables, scope, { id }) => {
  const { connections, versions } = tables;
  const columns = { connection: getTableColumns(connections), current: getTableColumns(versions) };
  return {
    columns,
    statement: db
      .select(columns)
      .from(connections)
      .leftJoin(versions, and(eq(versions.connectionId, connections.id), labelled(tables, 'CURRENT')))
      .where(and(withinScope(tables, scope), eq(connections.id, id))),
  };
});
const list = preparedInScope('connections_listing', ['limit'], (db, tables, scope, { limit }) => {
  const { connections, integrations, versions } = tables;
  const columns = {
    id: connections.id,
    name: connections.name,
    createdAt: connections.createdAt,
    integrationId: connections.integrationId,
    integrationName: integrations.name,
    integrationCategory: integrations.category,
    siteId: integrations.siteId,
    kind: versions.kind,
    settings: versions.settings,
  };
  const statement = db
    .select(columns)
    .from(connections)
    .innerJoin(integrations, eq(integrations.id, connections.integrationId))
    .innerJoin(versions, and(eq(versions.connectionId, connections.id), eq(versions.version, connections.currentVersion)))
    .where(withinScope(tables, scope))
    .orderBy(asc(connections.createdAt), asc(connections.id))
    .limit(atMost(limit));
  return { columns, statement, late: ['settings'] };
});
const advanceOne = preparedInScope(
  'connections_advance',
  ['id', 'from', 'to', 'by', 'now'],
  (db, tables, scope, { id, from, to, by, now }) => ({
    columns: { id: tables.connections.id },
    statement: db
      .update(tables.connections)
      .set({ currentVersion: sql`${to}`, updatedAt: sql`${now}`, updatedBy: sql`${by}` })
      .where(and(withinScope(tables, scope), eq(tables.connections.id, id), eq(tables.connections.currentVersion, from)))
      .returning({ id: tables.connections.id }),
  }),
);
const insertOne = preparedInsert('connections_insert', ({ connections }) => connections);

export function connectionReaders(source: StatementSource, tables: Tables): ConnectionReaders {
  const { db } = source;
  const { connections } = tables;
  const within = (scope: Scope) => withinScope(tables, scope);
  return {
    find: async (scope, id) => first<Connection>(await findOne(source, tables, scope, { id })),
    findWithCurrent: async (scope, id) => first<ConnectionWithCurrent>(await findWithCurrent(source, tables, scope, { id })),
    findMany: (scope, ids) =>
      inChunks(ids, async (some) =>
        trusted<Connection>(
          await db
            .select()
            .from(connections)
            .where(and(within(scope), inArray(connections.id, some))),
        ),
      ),
    async ofIntegrations(scope, ids, limit) {
      let left = limit;
      const rows = await inChunks(ids, async (some) => {
        if (left <= 0) return [];
        const found = await db
          .select()
          .from(connections)
          .where(and(within(scope), inArray(connections.integrationId, some)))
          .limit(atMost(left));
        left -= found.length;
        return trusted<Connection>(found);
      });
      return rows.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    },
    page: async (scope, filter, { limit, after }) =>
      trusted<Connection>(
        await db
          .select()
          .from(connections)
          .where(and(within(scope), ...matching(db, tables, filter), behind(connections.createdAt, connections.id, after)))
          .orderBy(desc(connections.createdAt), desc(connections.id))
          .limit(atMost(limit)),
      ),
    listing: async (scope, limit) => trusted<ListedConnection>(await list(source, tables, scope, { limit })),
  };
}

function withinScope({ connections }: Tables, scope: Scope): SQL | undefined {
  return and(
    eq(connections.projectId, scope.projectId),
    isNull(connections.deletedAt),
    scope.integrationIds === null ? undefined : inArray(connections.integrationId, [...scope.integrationIds]),
  );
}

function matching(db: Database, tables: Tables, filter: ConnectionFilter): readonly (SQL | undefined)[] {
  const { connections, versions } = tables;
  return [
    filter.ids === undefined ? undefined : inArray(connections.id, [...filter.ids]),
    filter.integrationId === undefined ? undefined : eq(connections.integrationId, filter.integrationId),
    filter.active === undefined ? undefined : eq(connections.isActive, filter.active),
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

export function connectionWriters(tx: EngineTransaction, tables: Tables): ConnectionWriters {
  const { db } = tx;
  const { connections, integrations } = tables;
  const alter = async (
    scope: Scope,
    id: string,
    set: Partial<typeof connections.$inferInsert>,
    by: string | null,
    now: number,
    guard?: SQL,
  ) =>
    (
      await db
        .update(connections)
        .set({ ...set, updatedAt: now, updatedBy: by })
        .where(and(withinScope(tables, scope), eq(connections.id, id), guard))
        .returning({ id: connections.id })
    ).length > 0;
  return {
    async insert(connection) {
      // Whoever removes the integration waits, or has removed it: no connection is left without one.
      await tx.lock(connection.integrationId, 'shared');
      const [integration] = await db
        .select({ id: integrations.id })
        .from(integrations)
        .where(
          and(
            eq(integrations.projectId, connection.projectId),
            eq(integrations.id, connection.integrationId),
            isNull(integrations.deletedAt),
          ),
        );
      if (integration === undefined) throw notFound('integration');
      await insertOne(tx, tables, connection);
    },
    advance: async (scope, id, from, to, by, now) => (await advanceOne(tx, tables, scope, { id, from, to, by, now })).length > 0,
    rename: (scope, id, name, by, now) => alter(scope, id, { name }, by, now),
    setActive: (scope, id, active, by, now) => alter(scope, id, { isActive: active, disabledAt: active ? null : now }, by, now),
    setDeletionProtection: (scope, id, on, by, now) => alter(scope, id, { deletionProtection: on }, by, now),
    setPolicy: (scope, id, { inFlight, overlapMs, commitPolicy, parity }, by, now) =>
      alter(scope, id, { inFlight, overlapMs, commitPolicy, parity }, by, now),
    remove: (scope, id, by, now) => alter(scope, id, { deletedAt: now }, by, now, eq(connections.deletionProtection, false)),
    ...connectionReaders(tx, tables),
  };
}
