import type { Change } from '../../domain/change/change.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { actorId, type Services, scopeOf } from '../services.ts';

/**
 * The change that a temporary key addresses, for the connection and purposes that the caller names. A key of another
 * connection, project or purpose is NOT_FOUND like an unknown one; a bad checksum is, without asking the store.
 */
export async function findChange(
  services: Services,
  actor: Actor,
  key: string,
  bound: { readonly connectionId?: string; readonly purposes?: readonly Change['purpose'][] } = {},
): Promise<Change> {
  const change =
    services.tokens.parse(key) === 'tmp'
      ? await services.store.read.changes.findByKeyHash(scopeOf(actor), services.vault.keyedHash('token', key))
      : null;
  const fits =
    change !== null &&
    (bound.connectionId ?? change.connectionId) === change.connectionId &&
    (bound.purposes?.includes(change.purpose) ?? true);
  if (!fits) throw notFound('temporary key');
  return change;
}

/** True for a committed key of the actor who committed it. A stranger with a key that was committed, or that waits, learns nothing. */
export function isRepeat(change: Change, actor: Actor): boolean {
  if (change.state !== 'COMMITTED' && change.state !== 'PENDING') return false;
  if (change.committedBy !== actorId(actor)) throw notFound('temporary key');
  return change.state === 'COMMITTED';
}

/** Throws CHANGE_OUTDATED or CHANGE_EXPIRED unless the change can still be validated and committed. */
export async function requireOpen(change: Change, clock: { now(): Promise<number> }): Promise<void> {
  // This check comes first: maintenance discards expired changes, and the answer must be the same before and after that. A waiting change has a deadline of its own.
  if (change.state !== 'COMMITTED' && (change.waitUntil ?? change.expiresAt) <= (await clock.now()))
    throw new DomainError('CHANGE_EXPIRED', 'The temporary key has expired. Stage the change again.', { changeId: change.id });
  if (change.state === 'COMMITTED' || change.state === 'DISCARDED') {
    throw new DomainError('CHANGE_OUTDATED', `This change was ${change.state.toLowerCase()}. Stage it again.`, {
      changeId: change.id,
      state: change.state,
    });
  }
}
