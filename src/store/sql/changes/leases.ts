import { and, asc, count, desc, eq, getTableColumns, gt, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../../domain/connection/connection.ts';
import { type Lease, MOST_LIVE_LEASES } from '../../../domain/lease/lease.ts';
import type { LeaseReaders, LeaseWriters } from '../../../domain/lease/lease-store.ts';
import { isLive as isLiveAt, renewedTerm } from '../../../domain/lease/lease-term.ts';
import type { Database } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { alterRow } from '../signing/alter-row.ts';
import { listed, verified, verifiedOne } from '../signing/read-signed.ts';
import { signedInsert } from '../signing/signed-insert.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { ofConnectionsInScope } from '../statements/in-scope.ts';
import { olderThan } from '../statements/keyset.ts';
import { prepared, preparedInScope } from '../statements/prepared.ts';

const findOne = preparedInScope('leases_find', ['id'], (db, tables, scope, { id }) => ({
  columns: getTableColumns(tables.leases),
  statement: db
    .select()
    .from(tables.leases)
    .where(and(withinScope(db, tables, scope), eq(tables.leases.id, id))),
}));
const findByKey = preparedInScope('leases_by_key', ['keyHash'], (db, tables, scope, { keyHash }) => ({
  columns: getTableColumns(tables.leases),
  statement: db
    .select()
    .from(tables.leases)
    .where(and(withinScope(db, tables, scope), eq(tables.leases.keyHash, keyHash))),
}));
const liveOfConnection = prepared('leases_live', (db, tables) => ({
  columns: getTableColumns(tables.leases),
  statement: db
    .select()
    .from(tables.leases)
    .where(and(eq(tables.leases.connectionId, sql.placeholder('connectionId')), isLive(tables, sql.placeholder('now'))))
    .orderBy(asc(tables.leases.acquiredAt), asc(tables.leases.id))
    .limit(atMost(MOST_LIVE_LEASES)),
}));
const insertLease = signedInsert('leases_insert', ({ leases }) => leases);

function withinScope(db: Database, tables: Tables, scope: Scope): SQL | undefined {
  return ofConnectionsInScope(db, tables, tables.leases, scope);
}

function isLive({ leases }: Tables, now: number | Placeholder): SQL | undefined {
  return and(isNull(leases.releasedAt), gt(leases.expiresAt, now));
}

export function leaseReaders(source: SignedSource, tables: Tables): LeaseReaders {
  const { db } = source;
  const { leases } = tables;
  const within = (scope: Scope) => withinScope(db, tables, scope);
  const live = (now: number) => isLive(tables, now);
  return {
    find: async (scope, id) => verifiedOne<Lease>(source, leases, await findOne(source, tables, scope, { id })),
    findByKeyHash: async (scope, keyHash) => verifiedOne<Lease>(source, leases, await findByKey(source, tables, scope, { keyHash })),
    page: async (scope, filter, { limit, after }) =>
      listed<Lease>(
        source,
        leases,
        await db
          .select()
          .from(leases)
          .where(
            and(
              within(scope),
              filter.connectionId === undefined ? undefined : eq(leases.connectionId, filter.connectionId),
              filter.liveAt === undefined ? undefined : live(filter.liveAt),
              olderThan(leases.acquiredAt, leases.id, after),
            ),
          )
          .orderBy(desc(leases.acquiredAt), desc(leases.id))
          .limit(atMost(limit)),
      ),
    liveOf: async (connectionId, now) => verified<Lease>(source, leases, await liveOfConnection(source, tables, { connectionId, now })),
    async countLive(now, most) {
      const some = db.select({ id: leases.expiresAt }).from(leases).where(live(now)).limit(atMost(most)).as('some');
      const [row] = await db.select({ count: count() }).from(some);
      return Number(row?.count ?? 0);
    },
  };
}

export function leaseWriters(tx: SignedTransaction, tables: Tables): LeaseWriters {
  const { leases } = tables;
  const whileLive = (id: string, now: number, set: (lease: Lease) => Partial<Lease>) =>
    alterRow<typeof leases, Lease>(tx, { tables, table: leases, id: { id } }, (lease) => (isLiveAt(lease, now) ? set(lease) : null));
  return {
    insert: (lease) => insertLease(tx, tables, lease),
    renew: (id, expiresAt, now) => whileLive(id, now, (lease) => renewedTerm(lease, expiresAt)),
    end: async (id, reason, now) => (await whileLive(id, now, () => ({ releasedAt: now, endReason: reason }))) !== null,
    ...leaseReaders(tx, tables),
  };
}
