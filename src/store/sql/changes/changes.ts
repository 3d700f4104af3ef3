import { and, asc, count, desc, eq, getTableColumns, gt, isNull, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Change } from '../../../domain/change/change.ts';
import type { ChangeReaders, ChangeWriters } from '../../../domain/change/change-store.ts';
import type { Scope } from '../../../domain/connection/connection.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { asStored, intactOf, listed, verified, verifiedOne } from '../signing/read-signed.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { ofConnectionsInScope } from '../statements/in-scope.ts';
import { newerThan, olderThan } from '../statements/keyset.ts';
import { prepared, preparedInScope } from '../statements/prepared.ts';

const findOne = preparedInScope('changes_find', ['id'], (db, tables, scope, { id }) => ({
  columns: getTableColumns(tables.changes),
  statement: db
    .select()
    .from(tables.changes)
    .where(and(withinScope(db, tables, scope), eq(tables.changes.id, id))),
}));
const findByKey = preparedInScope('changes_by_key', ['keyHash'], (db, tables, scope, { keyHash }) => {
  const { changes } = tables;
  // A change that creates a connection belongs to no integration yet: whoever has its key may use it.
  const mine = or(isNull(changes.baseVersion), withinScope(db, tables, scope));
  return {
    columns: getTableColumns(changes),
    statement: db
      .select()
      .from(changes)
      .where(and(eq(changes.projectId, scope.projectId), eq(changes.keyHash, keyHash), mine)),
  };
});
const pendingOfConnection = prepared('changes_waiting_for', (db, tables) => {
  const { changes } = tables;
  return {
    columns: getTableColumns(changes),
    statement: db
      .select()
      .from(changes)
      .where(
        and(isPending(tables), eq(changes.connectionId, sql.placeholder('connectionId')), gt(changes.waitUntil, sql.placeholder('now'))),
      ),
  };
});
const insertChange = signedInsert('changes_insert', ({ changes }) => changes);

function withinScope(db: Database, tables: Tables, scope: Scope): SQL | undefined {
  return ofConnectionsInScope(db, tables, tables.changes, scope);
}

export function changeReaders(source: SignedSource, tables: Tables): ChangeReaders {
  const { db } = source;
  const { changes } = tables;
  const within = (scope: Scope) => withinScope(db, tables, scope);
  const select = (where: readonly (SQL | undefined)[], limit: number, order: readonly SQL[] = []) =>
    db
      .select()
      .from(changes)
      .where(and(...where))
      .orderBy(...order)
      .limit(atMost(limit));
  const soonest = [asc(changes.expiresAt), asc(changes.id)];
  return {
    find: async (scope, id) => verifiedOne<Change>(source, changes, await findOne(source, tables, scope, { id })),
    findByKeyHash: async (scope, keyHash) => verifiedOne<Change>(source, changes, await findByKey(source, tables, scope, { keyHash })),
    page: async (scope, filter, { limit, after }) => {
      const where = [
        within(scope),
        filter.connectionId === undefined ? undefined : eq(changes.connectionId, filter.connectionId),
        filter.state === undefined ? undefined : eq(changes.state, filter.state),
        olderThan(changes.createdAt, changes.id, after),
      ];
      return listed<Change>(source, changes, await select(where, limit, [desc(changes.createdAt), desc(changes.id)]));
    },
    expired: async (before, limit) => {
      const where = [isOpen(tables), sql`${changes.state} = 'OPEN'`, lte(changes.expiresAt, before)];
      return intactOf<Change>(source, changes, await select(where, limit, soonest));
    },
    scanOpen: async (after, limit) => {
      const where = [isOpen(tables), newerThan(changes.expiresAt, changes.id, after && { at: after.expiresAt, id: after.id })];
      return asStored<Change>(await select(where, limit, soonest));
    },
    openOf: async (connectionId) =>
      verified<Change>(source, changes, await select([eq(changes.connectionId, connectionId), isOpen(tables)], 1000)),
    async countOpen(of, most) {
      const whose =
        'connectionId' in of
          ? eq(changes.connectionId, of.connectionId)
          : and(eq(changes.projectId, of.projectId), eq(changes.createdBy, of.createdBy), isNull(changes.baseVersion));
      const some = db
        .select({ id: changes.id })
        .from(changes)
        .where(and(whose, isOpen(tables)))
        .limit(atMost(most))
        .as('some');
      const [row] = await db.select({ count: count() }).from(some);
      return Number(row?.count ?? 0);
    },
    outdated: async (connectionId, baseVersion, limit) => {
      const isOnAnother = [sql`${changes.state} = 'OPEN'`, ne(changes.baseVersion, baseVersion)];
      return intactOf<Change>(
        source,
        changes,
        await select([eq(changes.connectionId, connectionId), isOpen(tables), ...isOnAnother], limit),
      );
    },
    openWith: async (contentId) =>
      verifiedOne<Change>(source, changes, await select([eq(changes.contentId, contentId), isOpen(tables)], 1)),
    pending: async (after, limit) => {
      const where = [isPending(tables), newerThan(changes.waitUntil, changes.id, after && { at: after.waitUntil ?? 0, id: after.id })];
      return intactOf<Change>(source, changes, await select(where, limit, [asc(changes.waitUntil), asc(changes.id)]));
    },
    waitingFor: async (connectionId, now) =>
      verifiedOne<Change>(source, changes, await pendingOfConnection(source, tables, { connectionId, now })),
  };
}

/** Written into the statement instead of as parameters: otherwise the index of open changes would not be used. */
export function isOpen({ changes }: Tables): SQL {
  return sql`${changes.state} in ('OPEN', 'PENDING')`;
}

function isPending({ changes }: Tables): SQL {
  return sql`${changes.state} = 'PENDING'`;
}

export function changeWriters(tx: SignedTransaction, tables: Tables): ChangeWriters {
  const { db } = tx;
  const { changes } = tables;
  const alter = async (id: string, from: readonly Change['state'][], set: Partial<Change>) =>
    (await alterRow<typeof changes, Change>(tx, { tables, table: changes, id: { id } }, ({ state }) =>
      from.includes(state) ? set : null,
    )) !== null;
  return {
    insert: (change) => insertChange(tx, tables, change),
    async setCipherHash(contentId, cipherHash) {
      const open = await db
        .select({ id: changes.id })
        .from(changes)
        .where(and(eq(changes.contentId, contentId), isOpen(tables)));
      for (const { id } of open)
        await alterRow<typeof changes, Change>(tx, { tables, table: changes, id: { id } }, ({ state }) =>
          OPEN.includes(state) ? { cipherHash } : null,
        );
    },
    pend: (id, by, waitUntil, acceptsLosses) => alter(id, ['OPEN'], { state: 'PENDING', committedBy: by, waitUntil, acceptsLosses }),
    giveUp: (id, failure) => alter(id, ['PENDING'], { state: 'DISCARDED', failure }),
    commit: (id, version, by, now) => alter(id, OPEN, { state: 'COMMITTED', committedVersion: version, committedBy: by, committedAt: now }),
    discard: (id) => alter(id, OPEN, { state: 'DISCARDED' }),
    ...changeReaders(tx, tables),
  };
}

const OPEN: readonly Change['state'][] = ['OPEN', 'PENDING'];
