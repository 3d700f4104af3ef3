import { badRequest } from '../errors/errors.ts';

/** What live leases mean for a commit. */
export const IN_FLIGHT_POLICIES = ['OVERLAP', 'REFUSE', 'WAIT'] as const;
export type InFlightPolicy = (typeof IN_FLIGHT_POLICIES)[number];

/** Whether a commit needs proof against the real system. */
export const COMMIT_POLICIES = ['VALIDATED', 'ADVISORY'] as const;
export type CommitPolicy = (typeof COMMIT_POLICIES)[number];

/**
 * What it means for a commit that the new login may do less than the one in use: it is refused, it is saved and the loss is reported, or
 * nothing is compared.
 */
export type ParityPolicy = 'REQUIRED' | 'WARN' | 'OFF';

export interface ConnectionPolicy {
  readonly inFlight: InFlightPolicy;
  /** How long a replaced version stays valid at least, milliseconds. */
  readonly overlapMs: number;
  readonly commitPolicy: CommitPolicy;
  readonly parity: ParityPolicy;
}

/** At least three hours, so that a running job never loses its credential to a commit. */
export const MIN_OVERLAP_MS = 3 * 60 * 60 * 1000;

export const DEFAULT_POLICY: ConnectionPolicy = {
  inFlight: 'OVERLAP',
  overlapMs: MIN_OVERLAP_MS,
  commitPolicy: 'VALIDATED',
  parity: 'REQUIRED',
};

/** The longest overlap that a policy may ask for: 90 days. */
const MAX_OVERLAP_MS = 90 * 24 * 60 * 60 * 1000;

/** Throws BAD_REQUEST for an overlap of less than three hours, or of more than 90 days. Undefined means that no overlap was asked for. */
export function requireOverlap(overlapMs: number | undefined): void {
  if (overlapMs === undefined || (Number.isSafeInteger(overlapMs) && overlapMs >= MIN_OVERLAP_MS && overlapMs <= MAX_OVERLAP_MS)) return;
  throw badRequest('overlapSeconds', `The overlap lasts from ${MIN_OVERLAP_MS / 1000} to ${MAX_OVERLAP_MS / 1000} seconds.`);
}

/** A policy with what is given laid over it; what is left out stays. */
export function withPolicy(policy: ConnectionPolicy, given: Partial<ConnectionPolicy>): ConnectionPolicy {
  const { inFlight, commitPolicy, parity } = { ...policy, ...given };
  return { inFlight, commitPolicy, parity, overlapMs: given.overlapMs ?? policy.overlapMs };
}
