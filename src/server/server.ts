import type { Server } from 'node:http';
import cookie from '@fastify/cookie';
import createFastify, { type FastifyInstance } from 'fastify';
import { answerClientError } from './connections/client-error.ts';
import { createNodeServer } from './connections/node-server.ts';
import type { Gateway } from './gateway.ts';
import { dialects } from './plugins/dialects.ts';
import { answerError, errorRenderer } from './plugins/error-renderer.ts';
import { explorer } from './plugins/explorer.ts';
import { framing } from './plugins/framing.ts';
import { graphql } from './plugins/graphql.ts';
import { knownRoutes } from './plugins/known-routes.ts';
import { oauthToken } from './plugins/oauth-token.ts';
import { openapi } from './plugins/openapi.ts';
import { probes } from './plugins/probes.ts';
import { requestBody } from './plugins/request-body.ts';
import { requestRecord } from './plugins/request-record.ts';
import { SECURITY_HEADERS, securityHeaders } from './plugins/security-headers.ts';
import { requestIdOf } from './request/request-info.ts';

type ServerPlugin = (app: FastifyInstance, gateway: Gateway) => void | Promise<void>;

/** The way of a request, in this order. Before it stands what has no request yet: `createNodeServer` limits connections. */
const WAY: readonly ServerPlugin[] = [
  // What is known of every request: its id, its client's address, and the line and figures that it leaves behind.
  requestRecord,
  // What every answer carries, and how every failure is told.
  securityHeaders,
  errorRenderer,
  // Requests that a strict client never sends are refused before anything else; then those for what is not served.
  framing,
  knownRoutes,
  // How a body is read, once its route has let the request in.
  requestBody,
  // The routes. Each says who may come: authentication, CSRF and rate limits are hooks of theirs.
  probes,
  explorer,
  oauthToken,
  graphql,
  dialects,
  openapi,
];

/** The HTTP server, ready to listen where the caller says. */
export async function createServer(gateway: Gateway): Promise<Server> {
  const app = createFastify({
    serverFactory: (handler) => createNodeServer(handler, gateway),
    clientErrorHandler: answerClientError,
    // A path that the router can't read is refused before any hook has run.
    frameworkErrors: (error, request, reply) =>
      answerError(gateway, error, request, reply.headers(SECURITY_HEADERS).header('x-request-id', request.id)),
    genReqId: requestIdOf,
    // A name in a path is as long as the request's head admits; what is too long for a route, the route refuses in its own form.
    routerOptions: { maxParamLength: 16_384 },
    // What it would log holds addresses and queries; requestRecord writes the line instead.
    logger: false,
    // Whoever stops the gateway says so by /readyz first, and lets requests end.
    return503OnClosing: false,
  });
  await app.register(cookie, { hook: false });
  // One after the other, whole: hooks run in the order in which they were added.
  for (const plugin of WAY) await plugin(app, gateway);
  await app.ready();
  return app.server;
}
