import { and, desc, eq, getTableColumns, inArray } from 'drizzle-orm';
import type { Connection, Scope, Version } from '../../../domain/connection/connection.ts';
import type { ConnectionReaders } from '../../../domain/connection/connection-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { listed, verifiedOne } from '../signing/read-signed.ts';
import { altered } from '../signing/row-mac.ts';
import type { SignedSource } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { olderThan } from '../statements/keyset.ts';
import { preparedInScope, rowsOf } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';
import { labelled } from '../versions/version-conditions.ts';
import { matching, withinScope } from './connection-filter.ts';
import { listConnections } from './connection-listing.ts';

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
    listing: (scope, page, settings = 'unread') => listConnections(source, tables, scope, { ...page, settings }),
  };
}
