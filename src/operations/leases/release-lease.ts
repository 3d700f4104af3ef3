import { notFound } from '../../domain/errors/errors.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { type Services, scopeOf } from '../services.ts';
import { findLease, leaseEntry, writeForJob } from './lease-access.ts';

/** Ends the lease by its key. A second release answers like the first. */
export async function releaseLease(services: Services, actor: Actor, key: string): Promise<Lease> {
  requirePermission(actor, 'lease');
  const lease = await findLease(services, actor, key);
  return await endLive(services, actor, lease, 'released');
}

/** Ends another's lease by its id, as an administrator. Its job keeps what it has read; nothing more is served to it. */
export async function endLease(services: Services, actor: Actor, id: string): Promise<Lease> {
  requirePermission(actor, 'end-lease');
  const lease = await services.store.read.leases.find(scopeOf(actor), id);
  if (lease === null) throw notFound('lease', id);
  return await endLive(services, actor, lease, 'ended');
}

async function endLive(services: Services, actor: Actor, lease: Lease, reason: EndReason): Promise<Lease> {
  return await writeForJob(services, actor, (tx) => endWithin(services, actor, tx, { lease, reason }));
}

/** An administrator ends a lease, and its job releases it. */
export type EndReason = 'released' | 'ended';

/** The lease as it is then. Of two that end it at once one is recorded. */
export async function endWithin(
  services: Services,
  actor: Actor,
  tx: Writers,
  { lease, reason }: { readonly lease: Lease; readonly reason: EndReason },
): Promise<Lease> {
  if (await tx.leases.end(lease.id, reason, await tx.now()))
    await record(services, tx, actor, leaseEntry(reason === 'ended' ? 'lease.end' : 'lease.release', lease));
  return (await tx.leases.find(scopeOf(actor), lease.id)) ?? lease;
}
