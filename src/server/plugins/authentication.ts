import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { ShownToken } from '../../admission/failed-login-throttle.ts';
import { DomainError, unauthenticated } from '../../domain/errors/errors.ts';
import type { Actor, RequestInfo } from '../../domain/token/actor.ts';
import { isAccessToken } from '../../operations/access/access-token.ts';
import { authenticate, authenticateSession } from '../../operations/access/authenticate.ts';
import { localActor } from '../../operations/access/prepare-instance.ts';
import { actorId } from '../../operations/services.ts';
import type { Gateway } from '../gateway.ts';
import { bucketOf } from '../request/client-address.ts';
import { headerOf } from '../request/headers.ts';
import { sessionSecretOf } from '../request/session-cookie.ts';
import { requireSameSite } from './csrf.ts';

/** A hook of routes that want to know who is calling, and that count each of its requests. */
export function authentication(gateway: Gateway) {
  return async (request: FastifyRequest): Promise<void> => {
    const actor = await actorOf(gateway, request);
    request.actor = actor;
    request.record.actor = actorId(actor);
    gateway.rateLimits.countRequest(actor.tokenId ?? 'local');
  };
}

/** The actor of a request, by token or by browser session. One answer for every way to fail; an address that fails too often is put off. */
async function actorOf(gateway: Gateway, request: FastifyRequest): Promise<Actor> {
  const { services, localProjectId } = gateway;
  const { info, raw } = request;
  if (localProjectId !== null) return localActor(localProjectId, 'cli', info);
  const token = shownToken(raw);
  if (token !== null) return await throttled(gateway, info, token, () => authenticate(services, token, info));
  const session = sessionSecretOf(request);
  // Nothing was tried, so nothing has failed.
  if (session === undefined) throw unauthenticated();
  requireSameSite(raw);
  return await sessionActor(gateway, info, session);
}

export function sessionActor(gateway: Gateway, info: RequestInfo, secret: string): Promise<Actor> {
  return throttled(gateway, info, { secret }, () => authenticateSession(gateway.services, secret, info));
}

/** Runs a login with what was shown. Where too many have failed of late it is put off before it is looked up. */
export async function throttled(
  { logins }: Pick<Gateway, 'logins'>,
  info: RequestInfo,
  shown: ShownToken,
  login: () => Promise<Actor>,
): Promise<Actor> {
  const address = bucketOf(info.ip);
  logins.admit(address, shown);
  try {
    const actor = await login();
    logins.succeeded(shown, isOneOfMany(shown.secret) ? null : actor.tokenId);
    return actor;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'UNAUTHENTICATED') logins.failed(address, shown);
    throw error;
  }
}

/** A session's secret, or a bearer: one token has several, so its id does not tell them apart. */
function isOneOfMany(secret: string): boolean {
  return secret.startsWith('chg_ses_') || isAccessToken(secret);
}

/**
 * The token that a request shows, in either form; the id is checked where it is sent. Both forms are read where they show the same
 * one, or Authorization is of another scheme, which is a proxy's. Throws BAD_REQUEST where it can't be told which is meant.
 */
function shownToken(request: IncomingMessage): ShownToken | null {
  const authorization = headerOf(request, 'authorization');
  const own = headerOf(request, 'x-mcd-token');
  const bearer = /^Bearer ([\x21-\x7e]{1,200})$/i.exec(authorization ?? '')?.[1];
  if (own !== undefined && bearer !== undefined && own !== bearer)
    throw new DomainError('BAD_REQUEST', 'x-mcd-token and Authorization show two tokens. Send one.', { path: 'authorization' });
  const secret = own ?? bearer ?? (authorization === undefined ? undefined : '');
  const id = headerOf(request, 'x-mcd-id');
  return secret === undefined ? null : id === undefined ? { secret } : { secret, id };
}
