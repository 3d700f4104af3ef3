import type { Version } from '../../domain/connection/connection.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';

/** Versions of one connection, newest first, of those below the version `before`. None of a connection that is not the actor's to see. Throws FORBIDDEN. */
export async function listVersions(
  { store }: Services,
  actor: Actor,
  connectionId: string,
  page: { readonly limit: number; readonly before: number | null },
): Promise<readonly Version[]> {
  requirePermission(actor, 'read');
  return await store.read.versions.list(scopeOf(actor), connectionId, page);
}

/**
 * The CURRENT version of each of these connections, in no particular order; of those alone that the actor may see, and whose settings are
 * short where that is asked for. Throws FORBIDDEN.
 */
export async function currentVersionsOf(
  { store }: Services,
  actor: Actor,
  connectionIds: readonly string[],
  settings: 'any' | 'short' = 'any',
): Promise<readonly Version[]> {
  requirePermission(actor, 'read');
  return await store.read.versions.currentOf(scopeOf(actor), connectionIds, settings);
}
