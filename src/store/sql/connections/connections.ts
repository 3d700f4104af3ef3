import { and, asc, desc, eq, getTableColumns, inArray, isNull, or, type SQL } from 'drizzle-orm';
import type { Connection, Scope, Version } from '../../../domain/connection/connection.ts';
import type {
  ConnectionFilter,
  ConnectionReaders,
  ConnectionWriters,
  ListedConnection,
  ListedSettings,
} from '../../../domain/connection/connection-store.ts';
import { notFound } from '../../../domain/errors/errors.ts';
import type { Edit } from '../../../domain/ports/edit.ts';
import type { Database } from '../../engine.ts';
import { UnreadableJson } from '../../tables/stored-json.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { altered } from '../signing/row-mac.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { newerThan, olderThan } from '../statements/keyset.ts';
import { preparedInScope, rowsOf } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';
import { labelled, ofLength } from './versions.ts';

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
const list = defineListing('connections_listing', 'unread');
const listWithSettings = {
  short: defineListing('connections_listing_short', 'short'),
  long: defineListing('connections_listing_long', 'long'),
};
/** The place before the first row. */
const BEFORE_ALL = { at: 0, id: '' };
const insertOne = signedInsert('connections_insert', ({ connections }) => connections);

function defineListing(name: string, settings: ListedSettings) {
  return preparedInScope(name, ['limit', 'at', 'id'], (db, tables, scope, { limit, at, id }) => {
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
      ...(settings === 'unread' ? {} : { settings: versions.settings }),
    };
    const statement = db
      .select(columns)
      .from(connections)
      .innerJoin(integrations, eq(integrations.id, connections.integrationId))
      .innerJoin(versions, and(eq(versions.connectionId, connections.id), eq(versions.version, connections.currentVersion)))
      .where(
        and(
          withinScope(tables, scope),
          newerThan(connections.createdAt, connections.id, { at, id }),
          settings === 'unread' ? undefined : ofLength(tables, settings),
        ),
      )
      .orderBy(asc(connections.createdAt), asc(connections.id))
      .limit(atMost(limit));
    return { columns, statement, lazy: ['settings'] };
  });
}

interface Joined {
  readonly connection: Connection;
  readonly current: Version | null;
}

export function connectionReaders(source: SignedSource, tables: Tables): ConnectionReaders {
  const { db } = source;
  const { connections } = tables;
  const within = (scope: Scope) => withinScope(tables, scope);
  return {
    find: async (scope, id) => verifiedOne<Connection>(source, connections, await findOne(source, tables, scope, { id })),
    async findWithCurrent(scope, id) {
      const [row] = trusted<Joined>(await findWithCurrent(source, tables, scope, { id }));
      if (row === undefined) return null;
      const connection = verifiedOne<Connection>(source, connections, [row.connection]);
      const current = verifiedOne<Version>(source, tables.versions, row.current === null ? [] : [row.current]);
      if (connection === null) return null;
      // The connection must point at the version that is labelled CURRENT.
      if (current !== null && current.version !== connection.currentVersion) throw altered(connections, { id });
      return { connection, current };
    },
    findMany: (scope, ids) =>
      inChunks(ids, async (some) =>
        listed<Connection>(
          source,
          connections,
          await rowsOf(
            source,
            getTableColumns(connections),
            db
              .select()
              .from(connections)
              .where(and(within(scope), inArray(connections.id, some))),
          ),
        ),
      ),
    async ofIntegrations(scope, ids, limit) {
      let left = limit;
      const rows = await inChunks(ids, async (some) => {
        if (left <= 0) return [];
        const found = await rowsOf(
          source,
          getTableColumns(connections),
          db
            .select()
            .from(connections)
            .where(and(within(scope), inArray(connections.integrationId, some)))
            .limit(atMost(left)),
        );
        left -= found.length;
        return listed<Connection>(source, connections, found);
      });
      return rows.toSorted((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    },
    page: async (scope, filter, { limit, after }) =>
      listed<Connection>(
        source,
        connections,
        await db
          .select()
          .from(connections)
          .where(and(within(scope), ...matching(db, tables, filter), olderThan(connections.createdAt, connections.id, after)))
          .orderBy(desc(connections.createdAt), desc(connections.id))
          .limit(atMost(limit)),
      ),
    listing: async (scope, { limit, after }, settings = 'unread') => {
      const page = { limit, ...(after ?? BEFORE_ALL) };
      return settings === 'unread'
        ? trusted(await list(source, tables, scope, page))
        : withSettings(tables, await listWithSettings[settings](source, tables, scope, page));
    },
  };
}

/** Whether a row that was read is in scope. */
function isWithin(scope: Scope, { projectId, integrationId, deletedAt }: Connection & { readonly deletedAt: number | null }): boolean {
  return (
    projectId === scope.projectId && deletedAt === null && (scope.integrationIds === null || scope.integrationIds.includes(integrationId))
  );
}

/** The listing takes rows as they are stored: where stored settings can't be read, only asking for those of that row fails. */
function withSettings({ connections }: Tables, stored: readonly object[]): readonly ListedConnection[] {
  const rows = trusted<Omit<ListedConnection, 'settings'> & { settings: () => Version['settings'] }>(stored);
  for (const row of rows) {
    const { id, settings: read } = row;
    row.settings = () => {
      const settings: unknown = read();
      if (typeof settings !== 'object' || settings === null || Array.isArray(settings) || settings instanceof UnreadableJson)
        throw altered(connections, { id });
      // It must be an object and not a list.
      return settings as Version['settings'];
    };
  }
  return rows;
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

export function connectionWriters(tx: SignedTransaction, tables: Tables): ConnectionWriters {
  const { db } = tx;
  const { connections, integrations } = tables;
  const alter = async (
    scope: Scope,
    id: string,
    set: Partial<Connection> & { readonly deletedAt?: number },
    { by, now, may = () => true }: Edit & { readonly may?: (connection: Connection) => boolean },
  ) =>
    (await alterRow<typeof connections, Connection & { readonly deletedAt: number | null }>(
      tx,
      { tables, table: connections, id: { id } },
      (row) =>
        // Its revision, too, which doctor compares with the audit: it rises with each change.
        isWithin(scope, row) && may(row) ? { ...set, updatedAt: Math.max(now, row.updatedAt + 1), updatedBy: by } : null,
    )) !== null;
  return {
    async insert(connection) {
      // Whoever removes the integration at the same time has to wait, or has removed it already: no connection is ever left without one.
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
    advance: (scope, id, { from, to }, edit) =>
      alter(scope, id, { currentVersion: to }, { ...edit, may: ({ currentVersion }) => currentVersion === from }),
    rename: (scope, id, name, edit) => alter(scope, id, { name }, edit),
    touch: (scope, id, edit) => alter(scope, id, {}, edit),
    setActive: (scope, id, active, edit) => alter(scope, id, { isActive: active, disabledAt: active ? null : edit.now }, edit),
    setDeletionProtection: (scope, id, on, edit) => alter(scope, id, { deletionProtection: on }, edit),
    setPolicy: (scope, id, { inFlight, overlapMs, commitPolicy, parity }, edit) =>
      alter(scope, id, { inFlight, overlapMs, commitPolicy, parity }, edit),
    remove: (scope, id, by, now) => alter(scope, id, { deletedAt: now }, { by, now, may: ({ deletionProtection }) => !deletionProtection }),
    ...connectionReaders(tx, tables),
  };
}
