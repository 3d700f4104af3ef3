import type { Integration } from '../../domain/connection/connection.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';

/** At most `limit` of the integrations that the actor may see, in the order they were made. Throws FORBIDDEN. */
export async function listIntegrations({ store }: Services, actor: Actor, limit: number): Promise<readonly Integration[]> {
  requirePermission(actor, 'read');
  return await store.read.integrations.all(scopeOf(actor), limit);
}

/** Those of them that the actor may see, in no particular order. Throws FORBIDDEN. */
export async function findIntegrations({ store }: Services, actor: Actor, ids: readonly string[]): Promise<readonly Integration[]> {
  requirePermission(actor, 'read');
  return await store.read.integrations.findMany(scopeOf(actor), ids);
}

/** The integration of this name in a dialect's namespace; null where there is none that the actor may see. Throws FORBIDDEN. */
export async function findNamedIntegration(
  { store }: Services,
  actor: Actor,
  namespace: string,
  name: string,
): Promise<Integration | null> {
  requirePermission(actor, 'read');
  return await store.read.integrations.findByName(scopeOf(actor), namespace, name);
}

/** Null alike for what is absent and for what is not the actor's to see. Throws FORBIDDEN. */
export async function findIntegration({ store }: Services, actor: Actor, id: string): Promise<Integration | null> {
  requirePermission(actor, 'read');
  return await store.read.integrations.find(scopeOf(actor), id);
}
