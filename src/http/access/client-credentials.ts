import type { FastifyRequest } from 'fastify';
import type { ShownToken } from '../../admission/failed-login-throttle.ts';
import { badRequest, unauthenticated } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { authenticateToken } from '../../operations/access/authenticate.ts';
import { type ExchangedToken, exchangeToken } from '../../operations/access/exchange-token.ts';
import { actorId } from '../../operations/services.ts';
import type { HttpGateway } from '../http-gateway.ts';

/** Id and secret of a client as a body gives them. */
export interface GivenClient {
  readonly id: string | undefined;
  readonly secret: string | undefined;
}

/**
 * The client of an OAuth 2 token request (RFC 6749, part 2.3.1), by HTTP Basic or in the body. Throws BAD_REQUEST where it authenticates
 * in two ways at once, UNAUTHENTICATED where in none.
 */
export function readClient(authorization: string | undefined, { id, secret }: GivenClient): ShownToken {
  if (authorization === undefined) {
    if (id === undefined || secret === undefined) throw unauthenticated();
    return { id, secret };
  }
  const basic = readBasic(authorization);
  if (basic === null) throw unauthenticated();
  if (secret !== undefined) throw badRequest('client_secret', 'Send the client credentials in one way alone.');
  if (id !== undefined && id !== basic.id) throw unauthenticated();
  return basic;
}

/** User and password of HTTP Basic (RFC 7617); null of another scheme, and of what is not well-formed. */
export function readBasic(authorization: string): Required<ShownToken> | null {
  const basic = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i.exec(authorization)?.[1];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(basic ?? '', 'base64').toString('latin1')) ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}

/** A short-lived bearer for the API token whose id and secret the client shows. No cookie counts, so that no other site's form can do anything. */
export async function exchangeClient(
  { services, rateLimits, login }: Pick<HttpGateway, 'services' | 'rateLimits' | 'login'>,
  { info, record }: FastifyRequest,
  client: ShownToken,
  ttlMs?: number,
): Promise<{ readonly actor: Actor; readonly token: ExchangedToken }> {
  const actor = await login(info, client, () => authenticateToken(services, client, info));
  record.actor = actorId(actor);
  rateLimits.countExchange(actorId(actor));
  return { actor, token: await exchangeToken(services, actor, ttlMs) };
}
