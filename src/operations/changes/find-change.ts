import type { Change } from '../../domain/change/change.ts';
import { noSuchKey } from '../../domain/change/open-change.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';

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
  if (!fits) throw noSuchKey(bound.purposes?.every((purpose) => purpose === 'create') === true);
  return change;
}
