import { notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { removeLocked } from './remove-connection.ts';

/**
 * Removes a connection, and with it its integration where that is the dialect's own and has no other: its name is free from then on. Throws
 * NOT_FOUND, and CONNECTION_IN_USE while jobs hold it.
 */
export async function removeNamed(
  services: Services,
  actor: Actor,
  { connectionId, namespace }: { readonly connectionId: string; readonly namespace: string },
): Promise<void> {
  requirePermission(actor, 'delete');
  await writeAs(services, actor, async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    const connection = await tx.connections.find(scopeOf(actor), connectionId);
    if (connection === null) {
      if (await endedByEarlierRun(services, tx, actor, { action: 'connection.delete', entityId: connectionId })) return;
      throw notFound('connection', connectionId);
    }
    await removeLocked(services, actor, tx, connection);
    const integration = await tx.integrations.find(scopeOf(actor), connection.integrationId);
    if (integration?.namespace !== namespace) return;
    if (await tx.integrations.removeIfEmpty(scopeOf(actor), integration.id, await tx.now()))
      await record(services, tx, actor, { action: 'integration.delete', entity: 'integration', entityId: integration.id, details: {} });
  });
}
