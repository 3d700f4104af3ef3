import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Actor } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import { localActor } from '../operations/prepare-instance.ts';
import type { Services } from '../operations/services.ts';
import { authenticateRequest } from './authenticate-request.ts';
import { handleExplorer } from './explorer-routes.ts';
import { type GraphqlRoute, handleGraphql } from './graphql-route.ts';
import type { Limiter } from './limiter.ts';
import type { Metrics } from './metrics.ts';
import { requestInfo } from './read-request.ts';
import { send, sendError } from './reply.ts';

export interface GatewayServer extends GraphqlRoute {
  readonly limiter: Limiter;
  readonly metrics: Metrics;
  /** Reports what was not expected; never given a request or a reply. */
  readonly report: (error: unknown, requestId: string) => void;
  /** The project of the control socket's actor; null for the public listener. */
  readonly localProjectId: string | null;
  readonly state: { draining: boolean };
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']);

/** Sent with every answer. Nothing here may be framed, cached, sniffed or told where it was called from. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

/** The HTTP server with its limits; it listens where the caller says. */
export function createGatewayServer(gateway: GatewayServer): Server {
  const server = createServer(
    {
      maxHeaderSize: 16_384,
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 2_000,
      insecureHTTPParser: false,
      requireHostHeader: true,
    },
    (request, response) => void dispatch(gateway, request, response),
  );
  server.maxHeadersCount = 100;
  server.maxRequestsPerSocket = 1000;
  server.maxConnections = 2000;
  return server;
}

async function dispatch(gateway: GatewayServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
  if (gateway.state.draining) response.setHeader('connection', 'close');
  const info = requestInfo(request);
  response.setHeader('x-request-id', info.id);
  const started = performance.now();
  const path = pathOf(request);
  try {
    refuseOddRequests(request);
    await route(gateway, request, response, path, info);
  } catch (error) {
    if (!(error instanceof DomainError)) gateway.report(error, info.id);
    // A body that was not read to its end would be taken for the next request.
    const headers = request.complete ? {} : { connection: 'close' };
    sendError(response, error, headers);
  } finally {
    gateway.metrics.observeRequest(
      path === '/graphql' ? '/graphql' : path.startsWith('/explorer') ? '/explorer' : 'other',
      response.statusCode,
      performance.now() - started,
    );
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

/** What a strict peer never sends, and what proxies and servers read differently. */
function refuseOddRequests(request: IncomingMessage): void {
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host').length;
  if (hosts > 1) throw new DomainError('BAD_REQUEST', 'More than one Host header.', { path: 'host' });
  if (request.url?.startsWith('/') !== true) throw new DomainError('BAD_REQUEST', 'The request target must be a path.', { path: 'url' });
  if (!METHODS.has(request.method ?? '')) throw new DomainError('METHOD_NOT_ALLOWED', 'This method is not served.');
}

async function route(
  gateway: GatewayServer,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  info: Actor['request'],
): Promise<void> {
  switch (path) {
    case '/graphql': {
      if (request.method !== 'POST' && request.method !== 'GET') {
        sendError(response, new DomainError('METHOD_NOT_ALLOWED', 'Use POST, or GET for queries.'), { allow: 'GET, POST' });
        return;
      }
      const actor = await actorOf(gateway, request, info);
      const leave = await gateway.limiter.enter(actor.tokenId ?? 'local');
      try {
        await handleGraphql(gateway, request, response, actor);
      } finally {
        leave();
      }
      return;
    }
    case '/livez':
      send(response, 200, '{"status":"ok"}');
      return;
    case '/readyz':
      await sendReadiness(gateway, response);
      return;
    case '/metrics':
      send(response, 200, await gateway.metrics.text(), { 'content-type': gateway.metrics.contentType });
      return;
    case '/':
      send(response, 302, '', { location: '/explorer/' });
      return;
    default:
      if (path === '/explorer' || path.startsWith('/explorer/')) await handleExplorer(gateway, request, response, path, info);
      else throw new DomainError('NOT_FOUND', 'There is nothing at this address.');
  }
}

async function actorOf(gateway: GatewayServer, request: IncomingMessage, info: Actor['request']): Promise<Actor> {
  if (gateway.localProjectId !== null) return localActor(gateway.localProjectId, 'cli', info);
  return await authenticateRequest(gateway.services, gateway.limiter, request, info);
}

async function sendReadiness(
  { services, state }: { readonly services: Services; readonly state: { readonly draining: boolean } },
  response: ServerResponse,
): Promise<void> {
  if (state.draining) {
    send(response, 503, '{"status":"draining"}', { 'retry-after': '5' });
    return;
  }
  try {
    await services.store.ping();
    send(response, 200, '{"status":"ready"}');
  } catch {
    send(response, 503, '{"status":"store unavailable"}', { 'retry-after': '1' });
  }
}
