import { requireRemovable } from '../../domain/connection/removal.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { removeUnasked } from '../connections/remove-connection.ts';
import { type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { loadStored } from './read-integrations.ts';

/**
 * Associations go with it, and jobs that hold a lease keep their version until that ends. Once more it is NOT_FOUND. Throws CONNECTION_IN_USE
 * where it is protected against removal.
 */
export async function removeIntegration(services: Services, actor: Actor, guid: string): Promise<void> {
  requirePermission(actor, 'delete');
  await writeAs(services, actor, async (tx) => {
    await tx.lock(guid, 'exclusive');
    const { connection, record: facts } = await loadStored(tx, actor, guid);
    const now = await tx.now();
    requireRemovable(connection, [], now);
    await removeUnasked(services, actor, tx, connection);
    // One that was made with it goes with it, unless somebody has added other connections since.
    if (facts?.createdAt !== connection.createdAt) return;
    const { integrationId } = connection;
    if (await tx.integrations.removeIfEmpty(scopeOf(actor), integrationId, now))
      await record(services, tx, actor, { action: 'integration.delete', entity: 'integration', entityId: integrationId, details: {} });
  });
}
