import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { StageCreation } from '../changes/stage-creation.ts';
import type { CommitOutcome } from '../commits/commit-locked.ts';
import { type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';
import type { AddConnection } from './add-connection.ts';
import { type NameInDialect, requireFreeName } from './alter/rename-named.ts';
import { createConnection } from './create-connection.ts';

/**
 * Makes a connection in an integration of its own, whose name is the connection's in the dialect. Throws NAME_TAKEN where another
 * connection that the dialect shows is called so, and what creating throws.
 */
export async function createNamed(
  services: Services,
  actor: Actor,
  { name, namespace, amongKinds, ...input }: NameInDialect & StageCreation & Pick<AddConnection, 'policy'>,
): Promise<CommitOutcome> {
  requirePermission(actor, 'create');
  await requireFreeName(services, actor, { name, namespace, amongKinds }, null);
  await dropEmpty(services, actor, { name, namespace });
  return await createConnection(services, actor, { ...input, integration: { name, namespace, numbered: false } });
}

/** An integration may outlive its last connection, where that was removed by another way in: its name is free all the same. */
async function dropEmpty(services: Services, actor: Actor, { name, namespace }: Pick<NameInDialect, 'name' | 'namespace'>): Promise<void> {
  const scope = scopeOf(actor);
  const left = await services.store.read.integrations.findByName(scope, namespace, name);
  if (left === null) return;
  await writeAs(services, actor, async (tx) => {
    if (await tx.integrations.removeIfEmpty(scope, left.id, await tx.now()))
      await record(services, tx, actor, { action: 'integration.delete', entity: 'integration', entityId: left.id, details: {} });
  });
}
