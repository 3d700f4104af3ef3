import type { Details } from '../../domain/connection/details/details.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { Lease } from '../../domain/lease/lease.ts';
import { isTakenBy } from '../../domain/lease/lease-grant.ts';
import { isLive } from '../../domain/lease/lease-term.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Open } from '../references/resolve-credentials.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

export interface HeldLease {
  readonly lease: Lease;
  /** Of the pinned version: what its fields mean. */
  readonly kind: string;
  /** By the connector's field keys. */
  readonly credentials: Details;
}

/** The lease that a key stands for, live or ended. NOT_FOUND for the key of another job, as for one that nobody has. */
export async function findLease(services: Services, actor: Actor, key: string): Promise<Lease> {
  const lease =
    services.tokens.parse(key) === 'lse'
      ? await services.store.read.leases.findByKeyHash(scopeOf(actor), services.vault.keyedHash('token', key))
      : null;
  if (lease === null || !isTakenBy(lease, actorId(actor))) throw notFound('lease', key);
  return lease;
}

/** Jobs can read while the disk is full: the audit rows of reads use the reserve of the store. */
export function writeForJob<T>(services: Services, actor: Actor, work: (tx: Writers) => Promise<T>): Promise<T> {
  return writeAs(services, actor, work, { usesReserve: true });
}

/** The credentials of the version that a lease pins, whatever was committed since. NOT_FOUND once it has ended. */
export async function readLive(
  services: Services,
  actor: Actor,
  tx: Writers,
  pinned: { readonly lease: Lease; readonly open: Open },
): Promise<HeldLease> {
  const { lease, open } = pinned;
  if (!isLive(lease, await tx.now())) throw notFound('live lease');
  const version = await tx.versions.find(scopeOf(actor), lease.connectionId, lease.version);
  if (version === null) throw notFound('live lease');
  await record(services, tx, actor, leaseEntry('lease.read', lease));
  return { lease, kind: version.kind, credentials: await open(version, tx) };
}

type LeaseAction = 'lease.acquire' | 'lease.read' | 'lease.renew' | 'lease.release' | 'lease.end';

/** What the audit says of a lease. */
export function leaseEntry(action: LeaseAction, { id, connectionId, version, job, expiresAt }: Lease) {
  return { action, entity: 'connection', entityId: connectionId, details: { leaseId: id, version, job, expiresAt } } as const;
}
