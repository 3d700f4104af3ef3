import type { DialectRecord } from '../../domain/dialect/dialect-record.ts';
import { faultOf } from '../../domain/errors/altered-row.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import { type HeldJobState, heldJobState, requireMayHold, requireReadOrHold } from '../../domain/lease/held-job.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import { readJob, refuseLateLease, requireEnabled } from '../../domain/lease/lease-grant.ts';
import { leaseTerm } from '../../domain/lease/lease-term.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { loadConnection, requireConnection, requireReachableSite } from '../connections/load-connection.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { leaseEntry } from './lease-access.ts';

export interface StartJob {
  readonly dialect: string;
  /** What the job is called, 1 to 200 characters; shown to whoever waits for it. */
  readonly name: string;
  readonly connectionIds: readonly string[];
  /** How long it may hold them, milliseconds. */
  readonly ttlMs: number;
  /** What was asked for: the same again within `repeatsMs` is the same job. */
  readonly request: string;
  readonly repeatsMs: number;
  /** What is told of it again. Never a secret. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface StartedJob {
  readonly id: string;
  readonly createdAt: number;
  readonly isNew: boolean;
}

/** Jobs that are removed with one that is started, at most: those that ended long ago. */
const MOST_REMOVED = 100;

/**
 * Starts a job that holds a lease on the CURRENT version of each connection until it is released, or its time is over. All leases are
 * taken in one transaction, or none; nobody is shown credentials. Of two that ask for the same at once the second gets the first's job.
 * Throws NOT_FOUND, CONNECTION_IN_USE while a change waits for the leases that are live, UNAVAILABLE for a connection that is disabled.
 */
export async function startJob(services: Services, actor: Actor, input: StartJob): Promise<StartedJob> {
  requireMayHold(actor);
  const { dialect, connectionIds, request, repeatsMs } = input;
  for (const id of connectionIds) await requireReachableSite(services, await requireConnection(services, actor, id));
  const key = services.vault.keyedHash('request', actor.projectId, dialect, request).toString('hex');
  return await writeAs(services, actor, async (tx) => {
    await tx.lock(key, 'exclusive');
    const now = await tx.now();
    const earlier = await tx.dialectRecords.find(actor.projectId, { dialect, entity: 'job-request' }, key);
    if (earlier !== null && now - earlier.updatedAt < repeatsMs)
      return { id: String(earlier.data.jobId), createdAt: earlier.updatedAt, isNew: false };
    const id = services.newId();
    const leaseIds: string[] = [];
    // In one order, so that two jobs never wait for each other's locks.
    for (const connectionId of connectionIds.toSorted()) leaseIds.push(await hold(services, actor, tx, { ...input, connectionId, now }));
    const times = { createdAt: now, createdBy: actorId(actor), updatedAt: now, updatedBy: actorId(actor) };
    const row = { projectId: actor.projectId, dialect, parentId: null, ...times };
    const job: DialectRecord = { ...row, id, entity: 'job', key: id, data: { ...input.data, leaseIds } };
    await tx.dialectRecords.insert(job);
    if (earlier === null) await tx.dialectRecords.insert({ ...row, id: services.newId(), entity: 'job-request', key, data: { jobId: id } });
    else await tx.dialectRecords.update(actor.projectId, earlier.id, { jobId: id }, { by: actorId(actor), now });
    await record(services, tx, actor, {
      action: 'dialect-record.create',
      entity: 'dialect-record',
      entityId: id,
      details: { dialect, of: 'job', key: id, parentId: null },
    });
    await dropOld(services, actor, tx, { dialect, now });
    return { id, createdAt: now, isNew: true };
  });
}

async function hold(
  services: Services,
  actor: Actor,
  tx: Writers,
  { connectionId, name, ttlMs, now }: Pick<StartJob, 'name' | 'ttlMs'> & { readonly connectionId: string; readonly now: number },
): Promise<string> {
  await tx.lock(connectionId, 'shared');
  const { connection, current } = await loadConnection(services, actor, connectionId, tx);
  requireEnabled(connection);
  const waiting = await tx.changes.waitingFor(connectionId, now);
  refuseLateLease(waiting, waiting === null ? [] : await tx.leases.liveOf(connectionId, now), now);
  const lease: Lease = {
    id: services.newId(),
    projectId: actor.projectId,
    connectionId,
    version: current.version,
    tokenId: actor.tokenId,
    job: readJob(name),
    // Nobody is given the key: it is released by its id, or runs out.
    keyHash: services.vault.keyedHash('token', services.tokens.create('lse')),
    ...leaseTerm(now, ttlMs, services.settings),
    releasedAt: null,
    endReason: null,
  };
  await tx.leases.insert(lease);
  await record(services, tx, actor, leaseEntry('lease.acquire', lease));
  return lease.id;
}

/** What no lease is kept of any more is of no use to anybody. */
async function dropOld(
  services: Services,
  actor: Actor,
  tx: Writers,
  { dialect, now }: { readonly dialect: string; readonly now: number },
): Promise<void> {
  for (const entity of ['job', 'job-request']) {
    const oldest = await tx.dialectRecords.list(actor.projectId, { dialect, entity }, {}, MOST_REMOVED);
    // One that was altered stays for `doctor` to name.
    for (const one of oldest)
      if (faultOf(one) === null && one.updatedAt < now - services.settings.retention.leasesMs)
        await tx.dialectRecords.remove(actor.projectId, one.id);
  }
}

export interface ReadJob extends HeldJobState {
  readonly id: string;
  readonly createdAt: number;
  readonly data: DialectRecord['data'];
}

/** A job, as its leases stand. Throws FORBIDDEN, NOT_FOUND. */
export async function readHeldJob(services: Services, actor: Actor, dialect: string, id: string): Promise<ReadJob> {
  requireReadOrHold(actor);
  const { createdAt, data, leases, leaseIds } = await findHeldJob(services, actor, dialect, id);
  const state = heldJobState(leases, leaseIds.length, await services.store.now());
  return { id, createdAt, data, ...state };
}

export interface HeldJob extends Pick<DialectRecord, 'createdAt' | 'createdBy' | 'data'> {
  readonly leaseIds: readonly string[];
  /** Those of them that are still kept, on connections that the actor may see. */
  readonly leases: readonly Lease[];
}

/** The record of a job, whoever asks, and what it holds. Throws NOT_FOUND. */
export async function findHeldJob(services: Services, actor: Actor, dialect: string, id: string): Promise<HeldJob> {
  const { read } = services.store;
  const found = await read.dialectRecords.find(actor.projectId, { dialect, entity: 'job' }, id);
  if (found === null) throw notFound('job');
  const { leaseIds } = found.data;
  if (!Array.isArray(leaseIds)) throw new DomainError('INTEGRITY', 'The job does not say what it holds.', { rowId: found.id });
  const leases: Lease[] = [];
  for (const leaseId of leaseIds) {
    const lease = await read.leases.find(scopeOf(actor), String(leaseId));
    if (lease !== null) leases.push(lease);
  }
  const { createdAt, createdBy, data } = found;
  return { createdAt, createdBy, data, leaseIds: leaseIds.map(String), leases };
}
