import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ShownToken } from '../../admission/failed-login-throttle.ts';
import { badRequest, type DomainError, unauthenticated } from '../../domain/errors/errors.ts';
import { authenticateToken } from '../../operations/access/authenticate.ts';
import { exchangeToken } from '../../operations/access/exchange-token.ts';
import { actorId } from '../../operations/services.ts';
import type { Gateway } from '../gateway.ts';
import { headerOf } from '../request/headers.ts';
import { throttled } from './authentication.ts';
import { parseForm } from './form-body.ts';
import { FORM_TYPE } from './request-body.ts';

const GRANT = 'client_credentials';

/**
 * OAuth 2 client credentials (RFC 6749, part 4.4), as the lead API's SDK and command ask for them: the client's id and secret are those of an
 * API token, in Basic authentication or in the form. No cookie counts here, so that no other site's form can do anything.
 */
export function oauthToken(app: FastifyInstance, gateway: Gateway): void {
  app.post('/oauth2/token', { config: { bodyType: FORM_TYPE, renderError } }, (request, reply) => answer(gateway, request, reply));
}

async function answer(gateway: Gateway, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const form = parseForm(request.bodyText);
  requireGrant(form.get('grant_type'));
  const client = clientOf(headerOf(request.raw, 'authorization'), form);
  const { services, rateLimits } = gateway;
  const actor = await throttled(gateway, request.info, client, () => authenticateToken(services, client, request.info));
  request.record.actor = actorId(actor);
  rateLimits.countExchange(actorId(actor));
  const { secret, expiresInSeconds } = await exchangeToken(services, actor);
  // Whatever scope was asked for, the bearer has the rights of its token.
  const body = { access_token: secret, token_type: 'Bearer', expires_in: expiresInSeconds, scope: actor.roles.join(' ') };
  return await reply.headers({ 'content-type': 'application/json; charset=utf-8', pragma: 'no-cache' }).send(JSON.stringify(body));
}

/** Throws BAD_REQUEST. A name without a value counts as left out (RFC 6749, part 3.2), which is another error than a grant that is not served. */
function requireGrant(type: string | undefined): void {
  if (type === GRANT) return;
  throw badRequest(
    'grant_type',
    `The grant type is ${GRANT}.`,
    type === undefined || type === '' ? {} : { oauth: 'unsupported_grant_type' },
  );
}

/** Throws BAD_REQUEST where the client authenticates in two ways at once, UNAUTHENTICATED where in none. */
function clientOf(authorization: string | undefined, form: ReadonlyMap<string, string>): ShownToken {
  const [id, secret] = [form.get('client_id'), form.get('client_secret')];
  if (authorization === undefined) {
    if (id === undefined || secret === undefined) throw unauthenticated();
    return { id, secret };
  }
  const basic = /^Basic ([A-Za-z0-9+/=]{1,1000})$/i.exec(authorization)?.[1];
  if (basic === undefined) throw unauthenticated();
  if (secret !== undefined) throw badRequest('client_secret', 'Send the client credentials in one way alone.');
  const [, user, password] = /^([^:]*):(.*)$/s.exec(Buffer.from(basic, 'base64').toString('latin1')) ?? [];
  if (user === undefined || password === undefined || (id !== undefined && id !== user)) throw unauthenticated();
  return { id: user, secret: password };
}

/** The words of RFC 6749, part 5.2. */
function renderError({ code, message, details }: DomainError, status: number) {
  const error =
    typeof details.oauth === 'string'
      ? details.oauth
      : code === 'UNAUTHENTICATED'
        ? 'invalid_client'
        : status === 429 || status === 503
          ? 'temporarily_unavailable'
          : status >= 500
            ? 'server_error'
            : 'invalid_request';
  return {
    body: { error, error_description: message },
    headers: code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Basic realm="changeover", charset="UTF-8"' } : {},
  };
}
