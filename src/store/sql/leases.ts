import { and, asc, count, desc, eq, gt, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Scope } from '../../domain/connection.ts';
import type { Lease } from '../../domain/lease.ts';
import type { LeaseReaders, LeaseWriters } from '../../domain/store.ts';
import type { Database } from '../engine.ts';
import type { Tables } from '../tables.ts';
import { atMost } from './at-most.ts';
import { behind } from './keyset.ts';
import { first, trusted } from './trusted.ts';

export function leaseReaders(db: Database, tables: Tables): LeaseReaders {
  const { leases, connections } = tables;
  const within = (scope: Scope): SQL | undefined =>
    and(
      eq(leases.projectId, scope.projectId),
      scope.integrationIds === null
        ? undefined
        : inArray(
            leases.connectionId,
            db
              .select({ id: connections.id })
              .from(connections)
              .where(inArray(connections.integrationId, [...scope.integrationIds])),
          ),
    );
  const live = (now: number) => and(isNull(leases.releasedAt), gt(leases.expiresAt, now));
  return {
    find: async (scope, id) =>
      first<Lease>(
        await db
          .select()
          .from(leases)
          .where(and(within(scope), eq(leases.id, id))),
      ),
    findByKeyHash: async (scope, keyHash) =>
      first<Lease>(
        await db
          .select()
          .from(leases)
          .where(and(within(scope), eq(leases.keyHash, keyHash))),
      ),
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
    liveOf: async (connectionId, now) =>
      trusted<Lease>(
        await db
          .select()
          .from(leases)
          .where(and(eq(leases.connectionId, connectionId), live(now)))
          .orderBy(asc(leases.acquiredAt), asc(leases.id))
          .limit(atMost(100)),
      ),
    countLive: async (now) => Number((await db.select({ count: count() }).from(leases).where(live(now)))[0]?.count ?? 0),
  };
}

export function leaseWriters(db: Database, tables: Tables): LeaseWriters {
  const { leases } = tables;
  const whileLive = (id: string, now: number) => and(eq(leases.id, id), isNull(leases.releasedAt), gt(leases.expiresAt, now));
  return {
    ...leaseReaders(db, tables),
    insert: async (lease) => void (await db.insert(leases).values(lease)),
    renew: async (id, expiresAt, now) =>
      first<Lease>(
        await db
          .update(leases)
          .set({ expiresAt: sql`case when ${leases.endsBy} < ${expiresAt} then ${leases.endsBy} else ${expiresAt} end` })
          .where(whileLive(id, now))
          .returning(),
      ),
    end: async (id, reason, now) =>
      (await db.update(leases).set({ releasedAt: now, endReason: reason }).where(whileLive(id, now)).returning({ id: leases.id })).length >
      0,
  };
}
