import { requireMayHold } from '../../domain/lease/held-job.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { actorId, type Services } from '../services.ts';
import { findHeldJob } from './held-jobs.ts';
import { writeForJob } from './lease-access.ts';
import { endWithin } from './release-lease.ts';

/**
 * Ends all leases of a job that another product's client has started, in one transaction. Whoever started it may, for whom it is then
 * completed, and an administrator; a second time it answers the same. Throws FORBIDDEN, NOT_FOUND.
 */
export async function endHeldJob(services: Services, actor: Actor, dialect: string, id: string): Promise<readonly Lease[]> {
  if (!actor.permissions.has('end-lease')) requireMayHold(actor);
  const { createdBy, leases } = await findHeldJob(services, actor, dialect, id);
  const isOwn = createdBy === actorId(actor);
  if (!isOwn) requirePermission(actor, 'end-lease');
  const reason = isOwn ? 'released' : 'ended';
  return await writeForJob(services, actor, async (tx) => {
    const ended: Lease[] = [];
    // In one order, so that two that end a job at once never wait for each other's rows.
    for (const lease of leases.toSorted((one, other) => (one.id < other.id ? -1 : 1)))
      ended.push(await endWithin(services, actor, tx, { lease, reason }));
    return ended;
  });
}
