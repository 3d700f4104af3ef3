import type { Details } from '../../domain/connection/details/details.ts';
import { notFound } from '../../domain/errors/errors.ts';
import { isTakenBy } from '../../domain/lease/lease-grant.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { withOpened } from '../references/resolve-credentials.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { readAsAcquired } from './acquire-lease.ts';
import { findLease, type HeldLease, readLive, writeForJob } from './lease-access.ts';

/**
 * The credentials of the pinned version again, whatever was committed since; with `fresh`, of a reference as its secret is now and
 * not as it was kept. NOT_FOUND once the lease has ended.
 */
export async function readLease(
  services: Services,
  actor: Actor,
  key: string,
  options: { readonly fresh?: boolean } = {},
): Promise<HeldLease> {
  requirePermission(actor, 'lease');
  const found = await findLease(services, actor, key);
  await services.vault.forProject(actor.projectId);
  const held = await withOpened(
    services,
    actor,
    (open) =>
      writeForJob(services, actor, async (tx) => {
        const lease = await tx.leases.findByKeyHash(scopeOf(actor), found.keyHash);
        if (lease === null) throw notFound('live lease');
        return await readLive(services, actor, tx, { lease, open });
      }),
    options,
  );
  services.revealed({ kind: 'read', leaseId: held.lease.id, credentials: held.credentials });
  return held;
}

/**
 * The credentials of a lease for a repeat of the request that took it, or read it. NOT_FOUND once the lease has ended; what could not
 * be acquired now is not repeated either: NOT_FOUND where the connection is gone, UNAVAILABLE while it is disabled.
 */
export async function repeatLease(services: Services, actor: Actor, leaseId: string, how: 'acquired' | 'read'): Promise<Details> {
  requirePermission(actor, 'lease');
  await services.vault.forProject(actor.projectId);
  const { credentials } = await withOpened(services, actor, (open) =>
    writeForJob(services, actor, async (tx) => {
      const lease = await tx.leases.find(scopeOf(actor), leaseId);
      if (lease === null || !isTakenBy(lease, actorId(actor))) throw notFound('live lease');
      return await (how === 'read' ? readLive : readAsAcquired)(services, actor, tx, { lease, open });
    }),
  );
  return credentials;
}
