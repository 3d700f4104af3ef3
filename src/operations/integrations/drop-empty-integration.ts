import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

/**
 * Frees a name in the namespace of a dialect: an integration may outlive its last connection, where that was removed by another way in. One
 * that holds a connection stays. Throws FORBIDDEN to whoever may not make a connection under the name.
 */
export async function dropEmptyIntegration(services: Services, actor: Actor, namespace: string, name: string): Promise<void> {
  requirePermission(actor, 'create');
  const scope = scopeOf(actor);
  const left = await services.store.read.integrations.findByName(scope, namespace, name);
  if (left === null) return;
  await writeAs(services, actor, async (tx) => {
    if (await tx.integrations.removeIfEmpty(scope, left.id, await tx.now()))
      await record(services, tx, actor, { action: 'integration.delete', entity: 'integration', entityId: left.id, details: {} });
  });
}
