import type { Integration } from '../../domain/connection/connection.ts';
import type { StreamingSystem } from '../../domain/streaming/streaming-system.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/**
 * At most `limit` of the project's streaming systems, in the order they were made; to a token that is limited to some integrations
 * those alone that hold one of `integrations`, which are what it may see. Throws FORBIDDEN.
 */
export async function listStreamingSystems(
  { store }: Services,
  actor: Actor,
  integrations: () => Promise<readonly Integration[]>,
  limit: number,
): Promise<readonly StreamingSystem[]> {
  requirePermission(actor, 'read');
  const systems = await store.read.streamingSystems.all(actor.projectId, limit);
  if (actor.integrationIds === null) return systems;
  const seen = new Set((await integrations()).map(({ streamingSystemId }) => streamingSystemId));
  return systems.filter(({ id }) => seen.has(id));
}
