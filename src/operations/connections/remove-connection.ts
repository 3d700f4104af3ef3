import type { Connection } from '../../domain/connection/connection.ts';
import { requireRemovable } from '../../domain/connection/removal.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

/** Removes a connection. Refused under deletion protection or while jobs hold it; all its versions become RETIRED. */
export async function removeConnection(services: Services, actor: Actor, connectionId: string): Promise<void> {
  requirePermission(actor, 'delete');
  await writeAs(services, actor, async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    const connection = await tx.connections.find(scopeOf(actor), connectionId);
    if (connection !== null) return await removeLocked(services, actor, tx, connection);
    if (!(await endedByEarlierRun(services, tx, actor, { action: 'connection.delete', entityId: connectionId })))
      throw notFound('connection', connectionId);
  });
}

/** The rest of it, inside a transaction that holds the connection's exclusive lock. */
export async function removeLocked(services: Services, actor: Actor, tx: Writers, connection: Connection): Promise<void> {
  const now = await tx.now();
  requireRemovable(connection, await tx.leases.liveOf(connection.id, now), now);
  await removeUnasked(services, actor, tx, connection);
}

/** The rest of it, whatever holds the connection: jobs keep what they were given, and read it again until their leases end. */
export async function removeUnasked(services: Services, actor: Actor, tx: Writers, connection: Connection): Promise<void> {
  const now = await tx.now();
  if (!(await tx.connections.remove(scopeOf(actor), connection.id, actorId(actor), now))) throw notFound('connection', connection.id);
  await tx.versions.retireAll(connection.id, now);
  await tx.dialectRecords.removeOf(actor.projectId, connection.id);
  await record(services, tx, actor, {
    action: 'connection.delete',
    entity: 'connection',
    entityId: connection.id,
    details: { version: connection.currentVersion },
  });
}
