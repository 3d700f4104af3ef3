import type { Integration } from '../../domain/connection/connection.ts';
import { MOST_REMOVED, requireFewToRemove } from '../../domain/connection/removal.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission, requireWholeProject } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { removeWithConnections } from '../integrations/delete-integration.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

/** Removes a streaming system with its clusters and their connections, or nothing: one that is protected or held refuses the whole. */
export async function deleteStreamingSystem(services: Services, actor: Actor, id: string): Promise<void> {
  requirePermission(actor, 'delete');
  requireWholeProject(actor, 'A streaming system');
  await writeAs(services, actor, async (tx) => {
    const isThere = async () => (await tx.streamingSystems.find(actor.projectId, id)) !== null;
    if (await isThere()) {
      // Keeps a cluster from being added while those that are there go. Whoever had to wait for it may find the system gone.
      await tx.lock(id, 'exclusive');
      if (await isThere()) return await deleteLocked(services, actor, tx, id);
    }
    if (!(await endedByEarlierRun(services, tx, actor, { action: 'streaming-system.delete', entityId: id })))
      throw notFound('streaming system', id);
  });
}

async function deleteLocked(services: Services, actor: Actor, tx: Writers, id: string): Promise<void> {
  const clusters = await tx.integrations.ofSystem(scopeOf(actor), id, MOST_REMOVED + 1);
  requireFewToRemove(clusters.length);
  await requireFewConnections(actor, tx, clusters);
  for (const { id: clusterId } of clusters) await removeWithConnections(services, actor, tx, clusterId);
  if (!(await tx.streamingSystems.removeIfEmpty(actor.projectId, id, actorId(actor), await tx.now())))
    throw new DomainError('CONNECTION_IN_USE', 'A cluster was added to the streaming system meanwhile. Try again.', {
      streamingSystemId: id,
    });
  await record(services, tx, actor, { action: 'streaming-system.delete', entity: 'streaming-system', entityId: id, details: {} });
}

async function requireFewConnections(actor: Actor, tx: Writers, clusters: readonly Integration[]): Promise<void> {
  const ids = clusters.map(({ id }) => id);
  requireFewToRemove((await tx.connections.ofIntegrations(scopeOf(actor), ids, MOST_REMOVED + 1)).length);
}
