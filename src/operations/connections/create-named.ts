import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { StageCreation } from '../changes/stage-creation.ts';
import type { CommitOutcome } from '../commits/commit-locked.ts';
import { dropEmptyIntegration } from '../integrations/drop-empty-integration.ts';
import type { Services } from '../services.ts';
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
  await dropEmptyIntegration(services, actor, namespace, name);
  return await createConnection(services, actor, { ...input, integration: { name, namespace, numbered: false } });
}
