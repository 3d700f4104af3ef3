import type { FastifyRequest } from 'fastify';
import { type Authenticate, byToken } from '../../http/access/authentication.ts';
import { tokenOfSchemes } from '../../http/access/shown-token.ts';
import { actorOfToken, atItsAddress } from '../../operations/access/authenticate.ts';
import type { Dialect } from '../kit/dialect.ts';
import type { RestGateway } from '../kit/rest-gateway.ts';
import { serveRoutes } from '../kit/route.ts';
import { create } from './connections/create.ts';
import { assign, remove, test } from './connections/manage.ts';
import { patch } from './connections/patch.ts';
import { reads } from './connections/read.ts';
import { renderFault } from './errors.ts';
import { jobs } from './jobs.ts';
import { login } from './login.ts';
import { probes } from './probes.ts';
import { schemaFault } from './shapes/answers.ts';
import { schemas } from './sources/schema.ts';

const bearer = tokenOfSchemes('Bearer');

/** Database connections of Lerian's Reporter, as its Fetcher manager serves them. */
export const lerian: Dialect = {
  name: 'lerian',
  title: 'Lerian Fetcher: database connections',
  description: 'Connections are changed in part, and refused with 409 while a running job uses them.',
  prefixes: ['/v1/management', '/v1/fetcher', '/v1/login', '/health', '/version'],
  renderError: renderFault,
  errorShape: schemaFault,
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'An API token, or what /v1/login/oauth/access_token gives for one.' },
  },
  routes(app, gateway) {
    probes(app);
    login(app, gateway);
    const routes = [...schemas, ...reads, create, patch, remove, assign, test, ...jobs];
    serveRoutes(app, gateway, { dialect: lerian, authenticate: tokenOrStandIn(gateway) }, routes);
  },
};

/** Where the operator has named a token for clients that can send no header, whoever sends none is that token. */
function tokenOrStandIn(gateway: RestGateway): Authenticate {
  const shown = byToken(gateway, bearer);
  return async (request: FastifyRequest, reply) => {
    const { anonymous } = gateway.dialects.lerian;
    if (anonymous === null || bearer(request.raw) !== null) return await shown(request, reply);
    return await atItsAddress(gateway.services, await actorOfToken(gateway.services, anonymous, request.info));
  };
}
