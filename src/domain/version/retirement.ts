import type { Version } from '../connection/connection.ts';
import type { ConnectionPolicy } from '../connection/policy.ts';

/** Until when a version stays valid at least that is replaced now: running jobs keep the credential that they started with. */
export function overlapEnd({ overlapMs }: Pick<ConnectionPolicy, 'overlapMs'>, replacedAt: number): number {
  return replacedAt + overlapMs;
}

/** A PREVIOUS version retires when its overlap has passed. Besides, no live lease may pin it: that the store sees under its lock. */
export function isOverlapOver({ label, validUntil }: Pick<Version, 'label' | 'validUntil'>, now: number): boolean {
  return label === 'PREVIOUS' && validUntil !== null && validUntil <= now;
}

/**
 * Ciphertext is destroyed of versions that retired at this time or before, a week ago by default; until then roll-back is possible.
 * What another version in use, or an open change, has in common with them stays.
 */
export function destroyedIfRetiredBy({ destroyAfterMs }: { readonly destroyAfterMs: number }, now: number): number {
  return now - destroyAfterMs;
}
