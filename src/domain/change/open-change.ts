import { DomainError, notFound } from '../errors/errors.ts';
import type { Change } from './change.ts';

/**
 * True for a committed key of whoever committed it. A stranger with a key that was committed, or that waits, learns nothing:
 * throws NOT_FOUND.
 */
export function isRepeat({ state, committedBy }: Pick<Change, 'state' | 'committedBy'>, by: string): boolean {
  if (state !== 'COMMITTED' && state !== 'PENDING') return false;
  if (committedBy !== by) throw notFound('temporary key');
  return state === 'COMMITTED';
}

/** Throws CHANGE_OUTDATED or CHANGE_EXPIRED unless the change can still be validated and committed. */
export function requireOpen(
  { id, state, waitUntil, expiresAt }: Pick<Change, 'id' | 'state' | 'waitUntil' | 'expiresAt'>,
  now: number,
): void {
  // Comes first: maintenance discards what has expired, and the answer is to be the same before and after it. What waits has a deadline of its own.
  if (state !== 'COMMITTED' && (waitUntil ?? expiresAt) <= now)
    throw new DomainError('CHANGE_EXPIRED', 'The temporary key has expired. Stage the change again.', { changeId: id });
  if (state === 'COMMITTED' || state === 'DISCARDED')
    throw new DomainError('CHANGE_OUTDATED', `This change was ${state.toLowerCase()}. Stage it again.`, { changeId: id, state });
}

/** True for a change that waits to be validated and committed, and for no other. */
export function isStillOpen({ state, expiresAt }: Pick<Change, 'state' | 'expiresAt'>, now: number): boolean {
  return state === 'OPEN' && expiresAt > now;
}
