import { notFound } from '../../domain/errors/errors.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import { readJob, refuseLateLease, requireEnabled } from '../../domain/lease/lease-grant.ts';
import { leaseTerm, readTtl } from '../../domain/lease/lease-term.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { loadConnection, requireConnection, requireReachableSite } from '../connections/load-connection.ts';
import { findEarlierResult } from '../idempotency/earlier-run.ts';
import { type Open, withOpened } from '../references/resolve-credentials.ts';
import { type Services, scopeOf } from '../services.ts';
import { type HeldLease, leaseEntry, readLive, writeForJob } from './lease-access.ts';

export interface AcquireLease {
  readonly connectionId: string;
  /** What the job calls itself, 1 to 200 characters; shown to whoever waits for it. */
  readonly job: string;
  /** 1 second to the longest a lease may last; an hour by default. */
  readonly ttlMs?: number;
}

/**
 * Grants a lease on the CURRENT version and returns its credentials with the lease key, shown this once. The audit row is
 * durable before anything is revealed. A commit that races it either sees the lease, or is seen by it.
 * CONNECTION_IN_USE while a change waits for the leases that are live.
 */
export async function acquireLease(services: Services, actor: Actor, input: AcquireLease): Promise<HeldLease & { readonly key: string }> {
  requirePermission(actor, 'lease');
  const asked = { job: readJob(input.job), ttlMs: readTtl(services.settings, input.ttlMs) };
  const connection = await requireConnection(services, actor, input.connectionId);
  await requireReachableSite(services, connection);
  const key = services.tokens.create('lse');
  const keyHash = services.vault.keyedHash('token', key);
  await services.vault.forProject(actor.projectId);
  const held = await withOpened(services, actor, (open) =>
    writeForJob(services, actor, async (tx) => {
      const made = await findEarlierResult(services, tx, keyHash, (hash) => tx.leases.findByKeyHash(scopeOf(actor), hash));
      if (made !== null) return { key, ...(await readAsAcquired(services, actor, tx, { lease: made, open })) };
      await tx.lock(input.connectionId, 'shared');
      const { connection, current } = await loadConnection(services, actor, input.connectionId, tx);
      requireEnabled(connection);
      const now = await tx.now();
      await refuseWhileWaiting(tx, connection.id, now);
      const lease: Lease = {
        id: services.newId(),
        projectId: actor.projectId,
        connectionId: connection.id,
        version: current.version,
        tokenId: actor.tokenId,
        job: asked.job,
        keyHash,
        ...leaseTerm(now, asked.ttlMs, services.settings),
        releasedAt: null,
        endReason: null,
      };
      await tx.leases.insert(lease);
      await record(services, tx, actor, leaseEntry('lease.acquire', lease));
      // Content that does not open is not leased; the transaction is rolled back (N7).
      return { lease, key, kind: current.kind, credentials: await open(current, tx) };
    }),
  );
  services.revealed({ kind: 'acquired', leaseId: held.lease.id, credentials: held.credentials });
  return held;
}

/** For a repeat of the request that took the lease: what could not be acquired now is not shown again either. */
export async function readAsAcquired(
  services: Services,
  actor: Actor,
  tx: Writers,
  taken: { readonly lease: Lease; readonly open: Open },
): Promise<HeldLease> {
  const connection = await tx.connections.find(scopeOf(actor), taken.lease.connectionId);
  if (connection === null) throw notFound('connection');
  requireEnabled(connection);
  return await readLive(services, actor, tx, taken);
}

async function refuseWhileWaiting(tx: Writers, connectionId: string, now: number): Promise<void> {
  const waiting = await tx.changes.waitingFor(connectionId, now);
  refuseLateLease(waiting, waiting === null ? [] : await tx.leases.liveOf(connectionId, now), now);
}
