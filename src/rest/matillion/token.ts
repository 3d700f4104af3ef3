import type { FastifyInstance } from 'fastify';
import { badRequest } from '../../domain/errors/errors.ts';
import { exchangeClient, readClient } from '../../http/access/client-credentials.ts';
import type { RenderError } from '../../http/error-answer.ts';
import { headerOf } from '../../http/headers.ts';
import { FORM_TYPE, JSON_TYPE } from '../../http/media-types.ts';
import { NO_BODY, ReceivedBody } from '../kit/http/received-body.ts';
import type { RestGateway } from '../kit/rest-gateway.ts';
import * as shapes from './shapes.ts';

const GRANT = 'client_credentials';
/** Clients take it for granted, whatever they are told. */
const TTL_MS = 1800_000;

const SCHEMA = {
  operationId: 'accessToken',
  summary: 'A short-lived bearer',
  consumes: [FORM_TYPE, JSON_TYPE],
  body: shapes.tokenRequest,
  response: { 200: shapes.tokenAnswer, default: shapes.oauthError },
};

/** Client credentials: the id and secret of an API token, in the form, as JSON, or by HTTP Basic, for a bearer with its rights. */
export function tokenRoute(app: FastifyInstance, gateway: RestGateway): void {
  app.post('/oauth/dpc/token', { schema: SCHEMA, config: { renderError } }, async (request, reply) => {
    const given = membersOf(request.body instanceof ReceivedBody ? request.body : NO_BODY);
    const grant = given('grant_type');
    if (grant === undefined) throw badRequest('grant_type', 'grant_type is required.');
    if (grant !== GRANT) throw badRequest('grant_type', `grant_type must be ${GRANT}.`, { oauth: 'unsupported_grant_type' });
    const audience = given('audience');
    if (audience !== undefined && audience.replace(/\/$/, '') !== shapes.AUDIENCE)
      throw badRequest('audience', `audience must be ${shapes.AUDIENCE}.`);
    const authorization = headerOf(request.raw, 'authorization');
    const [id, secret] = [given('client_id'), given('client_secret')];
    if (authorization === undefined && (id === undefined || secret === undefined))
      throw badRequest('client_id', 'client_id and client_secret are required.');
    const { actor, token } = await exchangeClient(gateway, request, readClient(authorization, { id, secret }), TTL_MS);
    const body = {
      access_token: token.secret,
      token_type: 'Bearer',
      expires_in: token.expiresInSeconds,
      scope: ['pipeline-execution', ...actor.roles].join(' '),
    };
    return await reply
      .headers({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', pragma: 'no-cache' })
      .send(JSON.stringify(body));
  });
}

/** What a body gives under a name, be it a form or JSON; an empty text counts as left out. Throws BAD_REQUEST. */
function membersOf(body: ReceivedBody): (name: string) => string | undefined {
  if (!body.text().trimStart().startsWith('{')) {
    const form = body.form();
    return (name) => form.get(name) || undefined;
  }
  const object = body.object();
  return (name) => {
    const value = object[name];
    if (value !== undefined && value !== null && typeof value !== 'string') throw badRequest(name, `${name} must be a text.`);
    return value || undefined;
  };
}

/** The words of RFC 6749, part 5.2. */
const renderError: RenderError = ({ code, message, details }, _request, status) => {
  const isClient = code === 'UNAUTHENTICATED';
  const error =
    typeof details.oauth === 'string'
      ? details.oauth
      : isClient
        ? 'invalid_client'
        : status >= 500
          ? 'server_error'
          : status === 429
            ? 'temporarily_unavailable'
            : 'invalid_request';
  return {
    body: { error, error_description: isClient ? 'The client id or the client secret is not valid.' : message },
    headers: isClient ? { 'www-authenticate': 'Basic realm="changeover", charset="UTF-8"' } : {},
  };
};
