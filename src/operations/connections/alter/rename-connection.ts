import type { Connection } from '../../../domain/connection/connection.ts';
import { readName } from '../../../domain/connection/names.ts';
import { type Actor, requirePermission } from '../../../domain/token/actor.ts';
import { actorId, type Services, scopeOf } from '../../services.ts';
import { alterConnection } from './alter-connection.ts';

export async function renameConnection(services: Services, actor: Actor, connectionId: string, name: string): Promise<Connection> {
  requirePermission(actor, 'commit');
  const stored = readName(name, 'name');
  return await alterConnection(services, actor, { connectionId, action: 'connection.rename', details: {} }, (tx, now) =>
    tx.connections.rename(scopeOf(actor), connectionId, stored, { by: actorId(actor), now }),
  );
}
