import { DomainError } from '../errors/errors.ts';
import type { Actor } from '../token/actor.ts';
import type { Lease } from './lease.ts';
import { isLive } from './lease-term.ts';

/** A job that another product's clients ask for: it holds a lease on each of its connections, and is what has become of them. */
export interface HeldJobState {
  readonly status: 'processing' | 'completed' | 'failed';
  /** Null while it goes on. */
  readonly completedAt: number | null;
}

/** It goes on while one of its leases is live. It has failed where one ran out in place of being released, or is not kept any more. */
export function heldJobState(leases: readonly Lease[], expected: number, now: number): HeldJobState {
  if (leases.some((lease) => isLive(lease, now))) return { status: 'processing', completedAt: null };
  const ends = leases.map(({ releasedAt, expiresAt }) => releasedAt ?? expiresAt);
  const isReleased = leases.length === expected && leases.every(({ releasedAt }) => releasedAt !== null);
  return { status: isReleased ? 'completed' : 'failed', completedAt: ends.length === 0 ? now : Math.max(...ends) };
}

/**
 * Such a job is shown no credentials, so that whoever may commit may start one, too: it keeps commits back, which is theirs to make.
 * Throws FORBIDDEN.
 */
export function requireMayHold({ permissions }: Pick<Actor, 'permissions'>): void {
  if (permissions.has('lease') || permissions.has('commit')) return;
  throw new DomainError('FORBIDDEN', 'This needs the permission "lease" or "commit", which these roles hold: job, admin, owner.', {
    permission: 'lease',
    roles: ['job', 'admin', 'owner'],
  });
}

/**
 * Reading where any role may read: whoever may lease gets all of a connection's settings with the lease, and its credentials too. Throws
 * FORBIDDEN.
 */
export function requireReadOrHold(actor: Pick<Actor, 'permissions'>): void {
  if (!actor.permissions.has('read')) requireMayHold(actor);
}
