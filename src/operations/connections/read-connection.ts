import type { Connection } from '../../domain/connection/connection.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';
import { requireConnection } from './load-connection.ts';

/** One connection that the actor may see. Throws FORBIDDEN, and NOT_FOUND alike for what is absent and what is not theirs. */
export async function readConnection(services: Services, actor: Actor, id: string): Promise<Connection> {
  requirePermission(actor, 'read');
  return await requireConnection(services, actor, id);
}

/** Those of them that the actor may see, in no particular order. Throws FORBIDDEN. */
export async function findConnections({ store }: Services, actor: Actor, ids: readonly string[]): Promise<readonly Connection[]> {
  requirePermission(actor, 'read');
  return await store.read.connections.findMany(scopeOf(actor), ids);
}

/** One connection, but null if there is none. */
export async function findConnection({ store }: Services, actor: Actor, id: string): Promise<Connection | null> {
  requirePermission(actor, 'read');
  return await store.read.connections.find(scopeOf(actor), id);
}
