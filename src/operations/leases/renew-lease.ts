import { notFound } from '../../domain/errors/errors.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import { readTtl } from '../../domain/lease/lease-term.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { rowIdOf } from '../idempotency/earlier-run.ts';
import { type Services, scopeOf } from '../services.ts';
import { findLease, leaseEntry, writeForJob } from './lease-access.ts';

/**
 * Extends a live lease to `ttlMs` from now, never past its longest time. NOT_FOUND once it has ended. A repeat of a request whose
 * outcome was not known extends it no second time: it answers with the first outcome.
 */
export async function renewLease(services: Services, actor: Actor, key: string, ttlMs?: number): Promise<Lease> {
  requirePermission(actor, 'lease');
  const { id, connectionId } = await findLease(services, actor, key);
  const ttl = readTtl(services.settings, ttlMs);
  const rowId = rowIdOf(services);
  return await writeForJob(services, actor, async (tx) => {
    const renewedTo = rowId === null ? null : await renewedBefore(tx, actor, rowId);
    if (renewedTo !== null) {
      const lease = await tx.leases.find(scopeOf(actor), id);
      if (lease === null) throw notFound('live lease');
      return { ...lease, expiresAt: renewedTo };
    }
    // A retirement at the same moment has either seen the lease as ended, or waits and sees it renewed.
    await tx.lock(connectionId, 'shared');
    const now = await tx.now();
    const renewed = await tx.leases.renew(id, now + ttl, now);
    if (renewed === null) throw notFound('live lease');
    await record(services, tx, actor, { ...leaseEntry('lease.renew', renewed), ...(rowId === null ? {} : { id: rowId }) });
    return renewed;
  });
}

/** Until when an earlier run of this request has renewed its lease; one that is still being committed is waited for. */
async function renewedBefore(tx: Writers, actor: Actor, rowId: string): Promise<number | null> {
  await tx.lock(rowId, 'exclusive');
  const row = await tx.audit.find(actor.projectId, rowId);
  return row === null ? null : Number(row.details.expiresAt);
}
