import type { FastifyRequest } from 'fastify';
import type { LoginThrottle } from '../../admission/failed-login-throttle.ts';
import { DomainError, unauthenticated } from '../../domain/errors/errors.ts';
import type { Actor, RequestInfo } from '../../domain/token/actor.ts';
import { authenticated } from '../../http/access/authentication.ts';
import { shownToken } from '../../http/access/shown-token.ts';
import { isAccessToken } from '../../operations/access/access-token.ts';
import { authenticate, authenticateSession } from '../../operations/access/authenticate.ts';
import type { Gateway } from '../gateway.ts';
import { bucketOf } from '../request/client-address.ts';
import { sessionSecretOf } from '../request/session-cookie.ts';
import { requireSameSite } from './csrf.ts';

/** A hook of routes that want to know who is calling, and that count each of its requests. */
export function authentication(gateway: Gateway) {
  return authenticated(gateway, (request) => actorOf(gateway, request));
}

/** The actor of a request, by token or by browser session. One answer for every way to fail; an address that fails too often is put off. */
async function actorOf(gateway: Gateway, request: FastifyRequest): Promise<Actor> {
  const { services } = gateway;
  const { info, raw } = request;
  const token = shownToken(raw);
  if (token !== null) return await gateway.login(info, token, () => authenticate(services, token, info));
  const session = sessionSecretOf(request);
  // Nothing was tried, so nothing has failed.
  if (session === undefined) throw unauthenticated();
  requireSameSite(raw);
  return await sessionActor(gateway, info, session);
}

export function sessionActor(gateway: Gateway, info: RequestInfo, secret: string): Promise<Actor> {
  return gateway.login(info, { secret }, () => authenticateSession(gateway.services, secret, info));
}

/** Runs logins with what was shown. Where too many have failed of late one is put off before it is looked up. */
export function throttledLogin(logins: LoginThrottle): Gateway['login'] {
  return async (info, shown, look) => {
    const address = bucketOf(info.ip);
    logins.admit(address, shown);
    try {
      const actor = await look();
      logins.succeeded(shown, isOneOfMany(shown.secret) ? null : actor.tokenId);
      return actor;
    } catch (error) {
      if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') logins.failed(address, shown);
      throw error;
    }
  };
}

/** A session's secret, or a bearer: one token has several, so its id does not tell them apart. */
function isOneOfMany(secret: string): boolean {
  return secret.startsWith('chg_ses_') || isAccessToken(secret);
}
