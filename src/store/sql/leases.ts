import { and, asc, count, desc, eq, getTableColumns, gt, isNull, type Placeholder, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../domain/connection.ts';
import type { Lease } from '../../domain/lease.ts';
import type { LeaseReaders, LeaseWriters } from '../../domain/store.ts';
import type { Database, EngineTransaction, StatementSource } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { ofConnectionsInScope } from './in-scope.ts';
import { behind } from './keyset.ts';
import { prepared, preparedInScope, preparedInsert } from './prepared.ts';
import { first, trusted } from './trusted.ts';

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
    .limit(atMost(100)),
}));
const endLive = prepared('leases_end', (db, tables) => ({
  columns: { id: tables.leases.id },
  statement: db
    .update(tables.leases)
    .set({ releasedAt: sql`${sql.placeholder('now')}`, endReason: sql`${sql.placeholder('reason')}` })
    .where(and(eq(tables.leases.id, sql.placeholder('id')), isLive(tables, sql.placeholder('now'))))
    .returning({ id: tables.leases.id }),
}));
const insertLease = preparedInsert('leases_insert', ({ leases }) => leases);

function withinScope(db: Database, tables: Tables, scope: Scope): SQL | undefined {
  return ofConnectionsInScope(db, tables, tables.leases, scope);
}

function isLive({ leases }: Tables, now: number | Placeholder): SQL | undefined {
  return and(isNull(leases.releasedAt), gt(leases.expiresAt, now));
}

export function leaseReaders(source: StatementSource, tables: Tables): LeaseReaders {
  const { db } = source;
  const { leases } = tables;
  const within = (scope: Scope) => withinScope(db, tables, scope);
  const live = (now: number) => isLive(tables, now);
  return {
    find: async (scope, id) => first<Lease>(await findOne(source, tables, scope, { id })),
    findByKeyHash: async (scope, keyHash) => first<Lease>(await findByKey(source, tables, scope, { keyHash })),
    page: async (scope, filter, { limit, after }) =>
      trusted<Lease>(
        await db
          .select()
          .from(leases)
          .where(
            and(
              within(scope),
              filter.connectionId === undefined ? undefined : eq(leases.connectionId, filter.connectionId),
              filter.liveAt === undefined ? undefined : live(filter.liveAt),
              behind(leases.acquiredAt, leases.id, after),
            ),
          )
          .orderBy(desc(leases.acquiredAt), desc(leases.id))
          .limit(atMost(limit)),
      ),
    liveOf: async (connectionId, now) => trusted<Lease>(await liveOfConnection(source, tables, { connectionId, now })),
    countLive: async (now) => Number((await db.select({ count: count() }).from(leases).where(live(now)))[0]?.count ?? 0),
  };
}

export function leaseWriters(tx: EngineTransaction, tables: Tables): LeaseWriters {
  const { db } = tx;
  const { leases } = tables;
  const whileLive = (id: string, now: number) => and(eq(leases.id, id), isLive(tables, now));
  return {
    insert: (lease) => insertLease(tx, tables, lease),
    renew: async (id, expiresAt, now) =>
      first<Lease>(
        await db
          .update(leases)
          .set({ expiresAt: sql`case when ${leases.endsBy} < ${expiresAt} then ${leases.endsBy} else ${expiresAt} end` })
          .where(whileLive(id, now))
          .returning(),
      ),
    end: async (id, reason, now) => (await endLive(tx, tables, { id, reason, now })).length > 0,
    ...leaseReaders(tx, tables),
  };
}
