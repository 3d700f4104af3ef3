import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ShownToken } from '../../admission/failed-login-throttle.ts';
import { unauthenticated } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { authenticate } from '../../operations/access/authenticate.ts';
import { localActor } from '../../operations/access/prepare-instance.ts';
import { actorId } from '../../operations/services.ts';
import type { RawRequest } from '../headers.ts';
import type { HttpGateway } from '../http-gateway.ts';

/** Finds out who is calling, or throws UNAUTHENTICATED. */
export type Authenticate = (request: FastifyRequest, reply: FastifyReply) => Promise<Actor>;

/**
 * A hook of routes that want to know who is calling, and that count each of its requests. On the control socket that is whoever may open
 * it, whatever it shows.
 */
export function authenticated({ rateLimits, localProjectId }: Pick<HttpGateway, 'rateLimits' | 'localProjectId'>, find: Authenticate) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const actor = localProjectId === null ? await find(request, reply) : localActor(localProjectId, 'cli', request.info);
    request.actor = actor;
    request.record.actor = actorId(actor);
    rateLimits.countRequest(actor.tokenId ?? 'local');
  };
}

/** The actor of an API token, or of a bearer that was got for one, where `shown` finds it in the request. */
export function byToken({ services, login }: HttpGateway, shown: (request: RawRequest) => ShownToken | null): Authenticate {
  return async ({ raw, info }) => {
    const token = shown(raw);
    // Nothing was tried, so nothing has failed.
    if (token === null) throw unauthenticated();
    return await login(info, token, () => authenticate(services, token, info));
  };
}
