import type { Connection } from '../../../domain/connection/connection.ts';
import { type ConnectionPolicy, requireOverlap, withPolicy } from '../../../domain/connection/policy.ts';
import { type Actor, requirePermission } from '../../../domain/token/actor.ts';
import { actorId, type Services, scopeOf } from '../../services.ts';
import { alterConnection } from './alter-connection.ts';

/** What commits need, and what jobs have to say about them. What is left out stays. Throws BAD_REQUEST for an overlap out of bounds. */
export async function setConnectionPolicy(
  services: Services,
  actor: Actor,
  connectionId: string,
  policy: Partial<ConnectionPolicy>,
): Promise<Connection> {
  requirePermission(actor, 'policy');
  requireOverlap(policy.overlapMs);
  return await alterConnection(services, actor, { connectionId, action: 'connection.policy', details: { ...policy } }, async (tx, now) => {
    const connection = await tx.connections.find(scopeOf(actor), connectionId);
    if (connection === null) return false;
    return await tx.connections.setPolicy(scopeOf(actor), connectionId, withPolicy(connection, policy), { by: actorId(actor), now });
  });
}
