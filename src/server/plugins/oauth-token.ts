import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badRequest } from '../../domain/errors/errors.ts';
import { exchangeClient, readClient } from '../../http/access/client-credentials.ts';
import type { RenderError } from '../../http/error-answer.ts';
import { parseForm } from '../../http/form.ts';
import { headerOf } from '../../http/headers.ts';
import { FORM_TYPE } from '../../http/media-types.ts';
import type { Gateway } from '../gateway.ts';

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
  const client = readClient(headerOf(request.raw, 'authorization'), { id: form.get('client_id'), secret: form.get('client_secret') });
  const { actor, token } = await exchangeClient(gateway, request, client);
  // Whatever scope was asked for, the bearer has the rights of its token.
  const body = { access_token: token.secret, token_type: 'Bearer', expires_in: token.expiresInSeconds, scope: actor.roles.join(' ') };
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

/** The words of RFC 6749, part 5.2. */
const renderError: RenderError = ({ code, message, details }, _request, status) => {
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
};
