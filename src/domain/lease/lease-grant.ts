import type { Change } from '../change/change.ts';
import { requireNoneWaits } from '../change/in-flight.ts';
import type { Connection } from '../connection/connection.ts';
import { badRequest, DomainError } from '../errors/errors.ts';
import { isOneLine } from '../text/one-line.ts';
import { LOCAL_ACTOR_ID } from '../token/actor.ts';
import type { Lease } from './lease.ts';

/** What a job calls itself, 1 to 200 characters. Throws BAD_REQUEST. */
export function readJob(name: string): string {
  const job = name.trim();
  if (job.length === 0 || job.length > 200 || !isOneLine(job))
    throw badRequest('job', "A job's name has 1 to 200 characters and no control characters.");
  return job;
}

/** Throws UNAVAILABLE while the connection is disabled. */
export function requireEnabled({ isActive }: Pick<Connection, 'isActive'>): void {
  if (!isActive) throw new DomainError('UNAVAILABLE', 'The connection is disabled. Enable it, then ask again.', { retryAfterSeconds: 60 });
}

/**
 * A waiting commit must not wait for ever: as with a fair lock, jobs that come later start only after it, with the new version. Live leases
 * can still be renewed meanwhile. Throws CONNECTION_IN_USE while a change waits.
 */
export function refuseLateLease(waiting: Pick<Change, 'id'> | null, liveLeases: readonly Lease[], now: number): void {
  const message = 'A change waits for the running jobs to end, and new ones for the change. Try again later.';
  requireNoneWaits(waiting, liveLeases, now, message);
}

/** A lease belongs to the token that took it: the token of another job can't renew, read or release it. */
export function isTakenBy({ tokenId }: Pick<Lease, 'tokenId'>, by: string): boolean {
  return (tokenId ?? LOCAL_ACTOR_ID) === by;
}
