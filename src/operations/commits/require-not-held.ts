import { inUse } from '../../domain/change/in-flight.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { requireConnection } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';

/**
 * Throws CONNECTION_IN_USE while jobs hold the connection, for ways in that tell this before they look at an update as a whole. The update
 * asks again, in its transaction. Throws NOT_FOUND.
 */
export async function requireNotHeld(services: Services, actor: Actor, connectionId: string): Promise<void> {
  requirePermission(actor, 'read');
  const { id } = await requireConnection(services, actor, connectionId);
  const now = await services.store.now();
  const leases = await services.store.read.leases.liveOf(id, now);
  if (leases.length > 0) throw inUse('Running jobs hold this connection.', leases, now);
}
