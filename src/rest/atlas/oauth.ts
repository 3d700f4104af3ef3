import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type BucketSize, bucketEmpty, createTokenBuckets } from '../../admission/token-bucket.ts';
import { badRequest, type DomainError } from '../../domain/errors/errors.ts';
import { LONG_ACCESS_TTL_MS } from '../../domain/token/access-term.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { secretOfServiceAccount } from '../../domain/token/service-account.ts';
import { readClient } from '../../http/access/client-credentials.ts';
import type { RenderError } from '../../http/error-answer.ts';
import { headerOf } from '../../http/headers.ts';
import { FORM_TYPE, readMediaType } from '../../http/media-types.ts';
import { authenticateToken } from '../../operations/access/authenticate.ts';
import { exchangeToken } from '../../operations/access/exchange-token.ts';
import { giveBackAccess } from '../../operations/access/give-back-access.ts';
import { actorId } from '../../operations/services.ts';
import { NO_BODY, ReceivedBody } from '../kit/http/received-body.ts';
import type { RestGateway } from '../kit/rest-gateway.ts';
import { pathOf } from './wire/answers.ts';
import { renderError, renderFailure } from './wire/errors.ts';
import * as shapes from './wire/shapes.ts';

const TOKEN = '/api/oauth/token';
const GRANT = 'client_credentials';
/** Fifty in a minute of one address and client, as upstream allows it. */
const SIZE: BucketSize = { perSecond: 50 / 60, burst: 50 };

/** Service accounts: their id and secret are those of an API token, by HTTP Basic, and get a bearer that can be given back. */
export function oauthRoutes(app: FastifyInstance, gateway: RestGateway): void {
  const buckets = createTokenBuckets(SIZE, () => performance.now());
  const count = ({ info, headers }: FastifyRequest) => {
    if (!buckets.take(`${info.ip}\n${headers.authorization ?? ''}`, 1)) throw bucketEmpty('Too many tokens are asked for.', SIZE);
  };
  const config = { renderError: renderOauth };
  app.post(TOKEN, { config, schema: TOKEN_SCHEMA }, async (request, reply) => {
    count(request);
    const form = formOf(request);
    requireGrant(form.get('grant_type'));
    const actor = await clientOf(gateway, request);
    gateway.rateLimits.countExchange(actorId(actor));
    const { secret, expiresInSeconds } = await exchangeToken(gateway.services, actor, LONG_ACCESS_TTL_MS);
    return await sendJson(reply, { access_token: secret, expires_in: expiresInSeconds, token_type: 'Bearer' });
  });
  app.post('/api/oauth/revoke', { config, schema: REVOKE_SCHEMA }, async (request, reply) => {
    count(request);
    const token = formOf(request).get('token');
    const actor = await clientOf(gateway, request);
    if (token === undefined || token === '') throw badRequest('token', 'The form names no token.');
    await giveBackAccess(gateway.services, actor, token);
    return await reply.code(200).send('');
  });
}

const consumes = [FORM_TYPE];
const TOKEN_SCHEMA = {
  operationId: 'createServiceAccountToken',
  summary: 'A bearer for the token whose id and secret the client shows',
  consumes,
  body: shapes.grant,
  response: { 200: shapes.accessToken, default: shapes.oauthError },
};
const REVOKE_SCHEMA = {
  operationId: 'revokeServiceAccountToken',
  summary: 'Gives a bearer back',
  consumes,
  body: shapes.revocation,
  response: { 200: shapes.nothing, default: shapes.oauthError },
};

function formOf({ body, raw }: FastifyRequest): ReadonlyMap<string, string> {
  if (readMediaType(headerOf(raw, 'content-type')).type !== FORM_TYPE) throw badRequest('body', `Send Content-Type: ${FORM_TYPE}.`);
  return (body instanceof ReceivedBody ? body : NO_BODY).form();
}

function requireGrant(type: string | undefined): void {
  if (type === undefined || type === '') throw badRequest('grant_type', 'The form names no grant_type.');
  if (type !== GRANT) throw badRequest('grant_type', `The grant type is ${GRANT}.`, { oauth: 'unsupported_grant_type' });
}

async function clientOf({ services, login }: RestGateway, { raw, info, record }: FastifyRequest): Promise<Actor> {
  const { id, secret } = readClient(headerOf(raw, 'authorization'), { id: undefined, secret: undefined });
  const client = { ...(id === undefined ? {} : { id }), secret: secretOfServiceAccount(secret) };
  const actor = await login(info, client, () => authenticateToken(services, client, info));
  record.actor = actorId(actor);
  return actor;
}

function sendJson(reply: FastifyReply, body: object): FastifyReply {
  return reply.headers({ 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }).send(JSON.stringify(body));
}

/** The words of RFC 6749, part 5.2; of a rate, with how much there is in how many minutes, and of what is our own fault those of the rest of the API. */
const renderOauth: RenderError = (error, request, status) => {
  if (error.code === 'RATE_LIMITED')
    return renderFailure({ errorCode: 'RATE_LIMITED', parameters: [pathOf(request), error.details.perMinute, 1] }, error, request, status);
  if (status >= 500) return renderError(error, request, status);
  const isClient = error.code === 'UNAUTHENTICATED';
  return {
    status: isClient ? 401 : error.code === 'FORBIDDEN' ? 403 : status,
    headers: { 'content-type': 'application/json', ...(isClient ? { 'www-authenticate': 'Basic realm="MMS Public API"' } : {}) },
    body: { error: wordOf(error), error_description: isClient ? 'The id or the secret of the client is not valid.' : error.message },
  };
};

function wordOf({ code, details }: DomainError): string {
  if (typeof details.oauth === 'string') return details.oauth;
  if (code === 'UNAUTHENTICATED') return 'invalid_client';
  return code === 'FORBIDDEN' ? 'access_denied' : 'invalid_request';
}
