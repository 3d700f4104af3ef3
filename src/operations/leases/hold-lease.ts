import type { Connection } from '../../domain/connection/connection.ts';
import type { Details } from '../../domain/connection/details.ts';
import { badRequest, DomainError, notFound } from '../../domain/errors/errors.ts';
import { inUse, isLive, type Lease } from '../../domain/lease/lease.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { loadConnection, requireConnection, requireReachableSite } from '../connections/load-connection.ts';
import { findEarlierResult, rowIdOf } from '../idempotency/earlier-run.ts';
import { type Open, withOpened } from '../references/resolve-credentials.ts';
import { actorId, LOCAL_ACTOR_ID, record, type Services, scopeOf, writeAs } from '../services.ts';

export interface HeldLease {
  readonly lease: Lease;
  /** By the connector's field keys. */
  readonly credentials: Details;
}

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
  const { job, ttlMs } = readLeaseInput(services, input);
  const connection = await requireConnection(services, actor, input.connectionId);
  await requireReachableSite(services, connection);
  const key = services.tokens.create('lse');
  const keyHash = services.vault.keyedHash('token', key);
  await services.vault.forProject(actor.projectId);
  const held = await withOpened(services, actor, (open) =>
    writeForJob(services, actor, async (tx) => {
      const made = await findEarlierResult(services, tx, keyHash, (hash) => tx.leases.findByKeyHash(scopeOf(actor), hash));
      if (made !== null) return { key, ...(await readAsAcquired(services, actor, tx, made, open)) };
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
        job,
        keyHash,
        acquiredAt: now,
        expiresAt: now + ttlMs,
        endsBy: now + services.settings.leaseMaxMs,
        releasedAt: null,
        endReason: null,
      };
      await tx.leases.insert(lease);
      await recordLease(services, tx, actor, 'lease.acquire', lease);
      // What does not open is not leased: nothing of this is kept then (N7).
      return { lease, key, credentials: await open(current, tx) };
    }),
  );
  services.revealed({ kind: 'acquired', leaseId: held.lease.id, credentials: held.credentials });
  return held;
}

function requireEnabled({ isActive }: Connection): void {
  if (!isActive) throw new DomainError('UNAVAILABLE', 'The connection is disabled. Enable it, then ask again.', { retryAfterSeconds: 60 });
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
      if (lease === null || (lease.tokenId ?? LOCAL_ACTOR_ID) !== actorId(actor)) throw notFound('live lease');
      return how === 'read' ? await readLive(services, actor, tx, lease, open) : await readAsAcquired(services, actor, tx, lease, open);
    }),
  );
  return credentials;
}

async function readAsAcquired(services: Services, actor: Actor, tx: Writers, lease: Lease, open: Open): Promise<HeldLease> {
  const connection = await tx.connections.find(scopeOf(actor), lease.connectionId);
  if (connection === null) throw notFound('connection');
  requireEnabled(connection);
  return await readLive(services, actor, tx, lease, open);
}

/** A waiting commit must not starve: as with a fair lock, jobs that come after it start with what it brings. Live leases are renewed meanwhile. */
async function refuseWhileWaiting(tx: Writers, connectionId: string, now: number): Promise<void> {
  const change = await tx.changes.waitingFor(connectionId, now);
  if (change === null) return;
  const leases = await tx.leases.liveOf(connectionId, now);
  // Once the last has ended, it is a matter of the proof.
  if (leases.length > 0)
    throw inUse('A change waits for the running jobs to end, and new ones for the change. Try again later.', leases, now);
  throw new DomainError('CONNECTION_IN_USE', 'A change is being saved. Try again in a moment.', { retryAfterSeconds: 2, jobs: [] });
}

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
        return await readLive(services, actor, tx, lease, open);
      }),
    options,
  );
  services.revealed({ kind: 'read', leaseId: held.lease.id, credentials: held.credentials });
  return held;
}

async function readLive(services: Services, actor: Actor, tx: Writers, lease: Lease, open: Open): Promise<HeldLease> {
  if (!isLive(lease, await tx.now())) throw notFound('live lease');
  const version = await tx.versions.find(scopeOf(actor), lease.connectionId, lease.version);
  if (version === null) throw notFound('live lease');
  await recordLease(services, tx, actor, 'lease.read', lease);
  return { lease, credentials: await open(version, tx) };
}

/**
 * Extends a live lease to `ttlMs` from now, never past its longest time. NOT_FOUND once it has ended. A repeat of a request whose
 * outcome was not known extends it no second time: it answers with the first outcome.
 */
export async function renewLease(services: Services, actor: Actor, key: string, ttlMs?: number): Promise<Lease> {
  requirePermission(actor, 'lease');
  const { id, connectionId } = await findLease(services, actor, key);
  const ttl = readTtl(services, ttlMs);
  const rowId = rowIdOf(services);
  return await writeForJob(services, actor, async (tx) => {
    const renewedTo = rowId === null ? null : await renewedBefore(tx, actor, rowId);
    if (renewedTo !== null) {
      const lease = await tx.leases.find(scopeOf(actor), id);
      if (lease === null) throw notFound('live lease');
      return { ...lease, expiresAt: renewedTo };
    }
    // A retirement that is on its way has seen the lease as ended, or waits and sees it renewed.
    await tx.lock(connectionId, 'shared');
    const now = await tx.now();
    const renewed = await tx.leases.renew(id, now + ttl, now);
    if (renewed === null) throw notFound('live lease');
    await recordLease(services, tx, actor, 'lease.renew', renewed, rowId ?? undefined);
    return renewed;
  });
}

/** Until when an earlier run of this request has renewed its lease; one that is still being committed is waited for. */
async function renewedBefore(tx: Writers, actor: Actor, rowId: string): Promise<number | null> {
  await tx.lock(rowId, 'exclusive');
  const row = await tx.audit.find(actor.projectId, rowId);
  return row === null ? null : Number(row.details.expiresAt);
}

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
  if (lease === null) throw notFound('lease');
  return await endLive(services, actor, lease, 'ended');
}

async function endLive(services: Services, actor: Actor, lease: Lease, reason: 'released' | 'ended'): Promise<Lease> {
  return await writeForJob(services, actor, async (tx) => {
    const now = await tx.now();
    if (await tx.leases.end(lease.id, reason, now))
      await recordLease(services, tx, actor, reason === 'ended' ? 'lease.end' : 'lease.release', lease);
    return (await tx.leases.find(scopeOf(actor), lease.id)) ?? lease;
  });
}

/** Jobs go on while the disk is full: what they read is audited with the room that is kept for it. */
function writeForJob<T>(services: Services, actor: Actor, work: (tx: Writers) => Promise<T>): Promise<T> {
  return writeAs(services, actor, work, { usesReserve: true });
}

async function findLease(services: Services, actor: Actor, key: string): Promise<Lease> {
  const lease =
    services.tokens.parse(key) === 'lse'
      ? await services.store.read.leases.findByKeyHash(scopeOf(actor), services.vault.keyedHash('token', key))
      : null;
  // A lease is its taker's: another job's token does not renew, read or release it.
  if (lease === null || (lease.tokenId ?? LOCAL_ACTOR_ID) !== actorId(actor)) throw notFound('lease');
  return lease;
}

async function recordLease(
  services: Services,
  tx: Writers,
  actor: Actor,
  action: 'lease.acquire' | 'lease.read' | 'lease.renew' | 'lease.release' | 'lease.end',
  lease: Lease,
  rowId?: string,
): Promise<void> {
  await record(
    services,
    tx,
    actor,
    {
      action,
      entity: 'connection',
      entityId: lease.connectionId,
      details: { leaseId: lease.id, version: lease.version, job: lease.job, expiresAt: lease.expiresAt },
    },
    rowId,
  );
}

function readLeaseInput(services: Services, input: AcquireLease): { readonly job: string; readonly ttlMs: number } {
  const job = input.job.trim();
  if (job.length === 0 || job.length > 200 || !job.isWellFormed() || /\p{Cc}/u.test(job))
    throw badRequest('job', "A job's name has 1 to 200 characters and no control characters.");
  return { job, ttlMs: readTtl(services, input.ttlMs) };
}

function readTtl(services: Services, ttlMs: number | undefined): number {
  const ttl = ttlMs ?? services.settings.leaseTtlMs;
  if (!Number.isInteger(ttl) || ttl < 1000 || ttl > services.settings.leaseMaxMs) {
    throw badRequest('ttlSeconds', `A lease lasts from 1 second to ${services.settings.leaseMaxMs / 1000} seconds.`);
  }
  return ttl;
}
