import type { StreamingSystem } from '../../domain/streaming/streaming-system.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';

/**
 * At most `limit` of the streaming systems that the actor may see, in the order they were made: to a token that is limited to some
 * integrations, those that hold one of them. Throws FORBIDDEN.
 */
export async function listStreamingSystems({ store }: Services, actor: Actor, limit: number): Promise<readonly StreamingSystem[]> {
  requirePermission(actor, 'read');
  return await store.read.streamingSystems.all(scopeOf(actor), limit);
}
