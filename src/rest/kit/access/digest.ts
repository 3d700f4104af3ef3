import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { digestChallenge, readDigest } from '../../../domain/token/digest.ts';
import type { Authenticate } from '../../../http/access/authentication.ts';
import { timesGiven } from '../../../http/headers.ts';
import { authenticateDigest } from '../../../operations/access/authenticate.ts';
import { mintNonce, spendNonce } from '../../../operations/access/digest-nonce.ts';
import type { RestGateway } from '../rest-gateway.ts';

/**
 * HTTP digest, beside another way for whatever is no digest. Every refusal brings a challenge with a fresh nonce; one that was used up, or
 * is too old, is told as stale where the login is right, so that the client tries again by itself.
 */
export function byDigest(gateway: RestGateway, fallback: Authenticate): Authenticate {
  return async (request, reply) => {
    try {
      const { authorization } = request.headers;
      const isDigest = /^Digest\b/i.test(authorization ?? '') && timesGiven(request.raw, 'authorization') === 1;
      return isDigest ? await digestActor(gateway, request, authorization ?? '') : await fallback(request, reply);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'UNAUTHENTICATED') throw error;
      throw await challenged(gateway, error);
    }
  };
}

async function digestActor({ services, login }: RestGateway, request: FastifyRequest, authorization: string): Promise<Actor> {
  const { info, method, raw } = request;
  const credentials = readDigest(authorization);
  // What a client proves with is another text each time, so its name tells it from others.
  const shown = { secret: `digest ${credentials?.username ?? ''}` };
  const actor = await login(info, shown, async () => {
    if (credentials === null) throw refused(false);
    return await authenticateDigest(services, { credentials, method, target: raw.url ?? '' }, info);
  });
  if (credentials !== null && !(await spendNonce(services, credentials.nonce, credentials.nc))) throw refused(true);
  return actor;
}

function refused(isStale: boolean): DomainError {
  return new DomainError('UNAUTHENTICATED', 'The login by HTTP digest is not valid.', { isStale });
}

async function challenged({ services }: RestGateway, { code, message, details: { isStale } }: DomainError): Promise<DomainError> {
  return new DomainError(code, message, { challenge: digestChallenge(await mintNonce(services), isStale === true) });
}
