import type { ConnectionPolicy, InFlightPolicy } from '../connection/policy.ts';
import { DomainError } from '../errors/errors.ts';
import type { Lease } from '../lease/lease.ts';
import type { Change } from './change.ts';

/** True when the policy lets live leases keep a commit back. Break-glass lifts that, and no other rule. */
export function isHeldBack(
  { inFlight }: Pick<ConnectionPolicy, 'inFlight'>,
  liveLeases: readonly unknown[],
  breakGlass: string | null = null,
): boolean {
  return breakGlass === null && inFlight !== 'OVERLAP' && liveLeases.length > 0;
}

/**
 * What live leases mean for a commit whose protocol has a rule of its own: they keep it back under every policy, or under none, which is for
 * commits that change nothing of what jobs are given.
 */
export type LeaseRule = 'always-hold-back' | 'never-hold-back';

/** The policy that such a commit is under. */
export function inFlightUnder(policy: InFlightPolicy, rule: LeaseRule | null): InFlightPolicy {
  if (rule === 'never-hold-back') return 'OVERLAP';
  return rule === 'always-hold-back' && policy === 'OVERLAP' ? 'REFUSE' : policy;
}

/** A commit that live leases hold back, and the time at which they were read. */
export interface HeldBack {
  readonly change: Change;
  readonly policy: Pick<ConnectionPolicy, 'inFlight'>;
  readonly leases: readonly Lease[];
  readonly now: number;
}

/** Why a commit that nobody wants to wait for is refused. */
export function heldBackRefusal({ policy, leases, now }: HeldBack): DomainError {
  return inUse(`Running jobs hold this connection, and its policy ${policy.inFlight} keeps a commit back while they do.`, leases, now);
}

/**
 * Whether a commit that is held back begins to wait, or waits already. Throws CONNECTION_IN_USE where the policy does not allow waiting, or
 * where another change of the connection (`waiting`) already waits.
 */
export function waitOrRefuse(held: HeldBack, waiting: Pick<Change, 'id'> | null): 'waits' | 'begins-to-wait' {
  if (held.change.state === 'PENDING') return 'waits';
  if (held.policy.inFlight !== 'WAIT') throw heldBackRefusal(held);
  if (waiting !== null)
    throw inUse('Another change waits for the running jobs already. Discard it, or wait for it.', held.leases, held.now);
  return 'begins-to-wait';
}

/**
 * For what can't be done beside a change that waits. Throws CONNECTION_IN_USE, with `message` while it is jobs that it waits for, whose live
 * leases are given.
 */
export function requireNoneWaits(waiting: Pick<Change, 'id'> | null, liveLeases: readonly Lease[], now: number, message: string): void {
  if (waiting === null) return;
  // Once the last lease has ended, only the proof can still delay the commit.
  if (liveLeases.length > 0) throw inUse(message, liveLeases, now);
  throw new DomainError('CONNECTION_IN_USE', 'A change is being saved. Try again in a moment.', { retryAfterSeconds: 2, jobs: [] });
}

/** CONNECTION_IN_USE that names each blocking job, since when and until when; Retry-After is the end of the last. */
export function inUse(message: string, leases: readonly Lease[], now: number): DomainError {
  const last = Math.max(...leases.map(({ expiresAt }) => expiresAt));
  return new DomainError('CONNECTION_IN_USE', message, {
    retryAfterSeconds: Math.max(1, Math.ceil((last - now) / 1000)),
    jobs: leases.map((lease) => ({
      leaseId: lease.id,
      job: lease.job,
      version: lease.version,
      since: new Date(lease.acquiredAt).toISOString(),
      expectedEnd: new Date(lease.expiresAt).toISOString(),
    })),
  });
}
