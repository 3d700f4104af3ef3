import { NotFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';

/** Workers of sites: none is connected yet, so that there is none to be found. Throws FORBIDDEN, NOT_FOUND. */
export async function findAgent(actor: Actor, agentId: string): Promise<never> {
  requirePermission(actor, 'validate');
  throw new NotFound('No such agent: connections are dialled from the gateway itself, and no worker is connected to it.', agentId, {
    agentId,
  });
}
