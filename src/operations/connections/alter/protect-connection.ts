import type { Connection } from '../../../domain/connection/connection.ts';
import { type Actor, requirePermission } from '../../../domain/token/actor.ts';
import { actorId, type Services, scopeOf } from '../../services.ts';
import { alterConnection } from './alter-connection.ts';

export async function setDeletionProtection(services: Services, actor: Actor, connectionId: string, on: boolean): Promise<Connection> {
  requirePermission(actor, 'commit');
  return await alterConnection(services, actor, { connectionId, action: 'connection.protect', details: { on } }, (tx, now) =>
    tx.connections.setDeletionProtection(scopeOf(actor), connectionId, on, { by: actorId(actor), now }),
  );
}
