import { DomainError } from '../errors/errors.ts';
import type { Change } from './change.ts';

/**
 * True for a committed key of whoever committed it. A stranger with a key that was committed, or that waits, learns nothing:
 * throws NOT_FOUND.
 */
export function isRepeat({ state, committedBy, purpose }: Pick<Change, 'state' | 'committedBy' | 'purpose'>, by: string): boolean {
  if (state !== 'COMMITTED' && state !== 'PENDING') return false;
  if (committedBy !== by) throw noSuchKey(purpose === 'create');
  return state === 'COMMITTED';
}

/**
 * The one answer to a key that was never given, and to one of another project, connection or purpose, so that nobody can tell these apart. It
 * names the lead API's argument, which is another one where something is created.
 */
export function noSuchKey(creates: boolean): DomainError {
  const path = creates ? 'key' : 'tempCredentialsKey';
  return new DomainError(
    'NOT_FOUND',
    `No such temporary key. A key is good for the project, the ${creates ? 'new connection' : 'connection'} and the purpose that it was staged for: stage the change, and send the key of that answer as ${path}.`,
    { path },
  );
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
