import type { Version } from '../connection/connection.ts';
import type { ConnectionPolicy } from '../connection/policy.ts';

/** A version that is replaced now stays valid until this time at least: running jobs keep the credential that they started with. */
export function overlapEnd({ overlapMs }: Pick<ConnectionPolicy, 'overlapMs'>, replacedAt: number): number {
  return replacedAt + overlapMs;
}

/** A PREVIOUS version retires when its overlap has passed and no live lease pins it; the store checks the second under its lock. */
export function isOverlapOver({ label, validUntil }: Pick<Version, 'label' | 'validUntil'>, now: number): boolean {
  return label === 'PREVIOUS' && validUntil !== null && validUntil <= now;
}

/**
 * The ciphertext of versions that retired at this time or before is destroyed, which by default is a week ago; until then roll-back is
 * possible. Content that a version in use or an open change shares with them stays.
 */
export function destroyedIfRetiredBy({ destroyAfterMs }: { readonly destroyAfterMs: number }, now: number): number {
  return now - destroyAfterMs;
}
