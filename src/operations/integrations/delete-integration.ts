import type { IntegrationCategory } from '../../domain/connection/connection.ts';
import { MOST_REMOVED, requireFewToRemove } from '../../domain/connection/removal.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { removeLocked } from '../connections/remove-connection.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

/**
 * Removes an integration with all its connections, or nothing: one that is protected or held refuses the whole. Of one of the given
 * categories where the caller's operation is for those alone: another's is NOT_FOUND.
 */
export async function deleteIntegration(
  services: Services,
  actor: Actor,
  integrationId: string,
  categories?: readonly IntegrationCategory[],
): Promise<void> {
  requirePermission(actor, 'delete');
  await writeAs(services, actor, async (tx) => {
    const found = await tx.integrations.find(scopeOf(actor), integrationId);
    const isMeant = found !== null && categories?.includes(found.category) !== false;
    if (isMeant && (await removeWithConnections(services, actor, tx, integrationId))) return;
    if (
      (found !== null && !isMeant) ||
      !(await endedByEarlierRun(services, tx, actor, { action: 'integration.delete', entityId: integrationId }))
    )
      throw notFound('integration', integrationId);
  });
}

/** The rest of it, inside a transaction. False where somebody else has removed the integration while its locks were waited for. */
export async function removeWithConnections(services: Services, actor: Actor, tx: Writers, integrationId: string): Promise<boolean> {
  const connections = await tx.connections.ofIntegrations(scopeOf(actor), [integrationId], MOST_REMOVED + 1);
  requireFewToRemove(connections.length);
  // In one order for every caller, so that two of them can't wait for each other.
  for (const connection of [...connections].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    await tx.lock(connection.id, 'exclusive');
    // Somebody may have protected or removed it while its lock was waited for.
    const current = await tx.connections.find(scopeOf(actor), connection.id);
    if (current !== null) await removeLocked(services, actor, tx, current);
  }
  if (!(await tx.integrations.removeIfEmpty(scopeOf(actor), integrationId, await tx.now()))) {
    if ((await tx.integrations.find(scopeOf(actor), integrationId)) === null) return false;
    throw new DomainError('CONNECTION_IN_USE', 'A connection was added to the integration meanwhile. Try again.', { integrationId });
  }
  await record(services, tx, actor, { action: 'integration.delete', entity: 'integration', entityId: integrationId, details: {} });
  return true;
}
