import type { FastifyInstance } from 'fastify';
import { byToken } from '../../http/access/authentication.ts';
import { tokenOfSchemes } from '../../http/access/shown-token.ts';
import type { Dialect } from '../kit/dialect.ts';
import type { RestGateway } from '../kit/rest-gateway.ts';
import { type RouteAnswer, serveRoutes, writeJson } from '../kit/route.ts';
import { associations } from './associations.ts';
import { correlationOf } from './correlation.ts';
import { credentials } from './credentials.ts';
import { renderPositError } from './errors.ts';
import { integrations } from './integrations.ts';
import { sessions } from './sessions.ts';
import * as shapes from './shapes/answers.ts';
import { templates } from './templates.ts';
import { users } from './users.ts';

/** OAuth integrations of Posit Connect, for its own clients: posit-sdk, connectapi, rsconnect-python. */
export const posit: Dialect = {
  name: 'posit',
  title: 'Posit Connect',
  description: "OAuth integrations as Posit Connect's own clients know them. Bodies are read as JSON whatever their type is said to be.",
  prefixes: ['/__api__', '/__ping__'],
  renderError: renderPositError,
  errorShape: shapes.error,
  securitySchemes: {
    key: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'An API token behind the word Key.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'The same behind Bearer, or a bearer that was got for one.' },
  },
  routes(app, gateway) {
    serveAnybody(app, gateway);
    const authenticate = byToken(gateway, tokenOfSchemes('Key', 'Bearer'));
    serveRoutes(
      app,
      gateway,
      {
        dialect: posit,
        authenticate,
        write: (answer, request) => writeJson(withHeaders(answer, { 'x-correlation-id': correlationOf(request) })),
      },
      [...users, ...integrations, ...credentials, ...templates, ...sessions, ...associations],
    );
  },
};

function withHeaders(answer: RouteAnswer, headers: NonNullable<RouteAnswer['headers']>): RouteAnswer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

/** What clients ask before they sign in. */
function serveAnybody(app: FastifyInstance, gateway: RestGateway): void {
  const routes = [
    { url: '/__ping__', shape: shapes.nothing, body: () => ({}) },
    { url: '/__api__/server_settings', shape: shapes.serverSettings, body: () => ({ version: gateway.dialects.posit.version }) },
  ];
  for (const { url, shape, body } of routes)
    app.get(url, { schema: { response: { 200: shape } } }, (request, reply) =>
      reply
        .headers({ 'content-type': 'application/json; charset=utf-8', 'x-correlation-id': correlationOf(request) })
        .send(JSON.stringify(body())),
    );
}
