import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { LoginThrottle } from '../admission/failed-login-throttle.ts';
import type { Rates } from '../admission/token-bucket.ts';
import { DomainError } from '../domain/errors/errors.ts';
import type { Actor } from '../domain/token/actor.ts';
import { localActor } from '../operations/access/prepare-instance.ts';
import { actorId } from '../operations/services.ts';
import { type AccessLogRecord, startAccessLogRecord } from './access-log-record.ts';
import { authenticateRequest } from './authenticate-request.ts';
import { bucketOf, type Proxies } from './client-address.ts';
import { answerClientError, rawAnswer, refuseConnection } from './client-error.ts';
import { connectionOf, endConnections, type Patience, REQUESTS_PER_CONNECTION } from './connections.ts';
import { handleExplorer } from './explorer-routes.ts';
import { type GraphqlRoute, handleGraphql } from './graphql-route.ts';
import type { Metrics } from './metrics.ts';
import { mostConnections } from './most-connections.ts';
import { beginBody, continueWhenRead, refuseTransferCodings, requestInfo, timesGiven } from './read-request.ts';
import type { Readiness } from './readiness.ts';
import { GatewayResponse, send, sendError } from './reply.ts';
import { requireRoute } from './routes.ts';

export interface GatewayServer extends GraphqlRoute {
  readonly rates: Rates;
  readonly logins: LoginThrottle;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  readonly readiness: () => Promise<Readiness>;
  readonly proxies: Proxies;
  /** Connections that one address may have open; those of a trusted proxy are not counted. */
  readonly connectionsPerAddress: number;
  readonly patience: Patience;
  /** Reports what was not expected; never given a request or a reply. */
  readonly report: (error: unknown, requestId: string) => void;
  /** Told of every request once it is answered. */
  readonly observe: (request: AccessLogRecord) => void;
  /** The project of the control socket's actor; null for the public listener. */
  readonly localProjectId: string | null;
  readonly state: { draining: boolean };
}

/** Most header lines of a request; one more is let in, to be refused instead of silently left out. */
const MAX_HEADERS = 100;
const UNMET = new DomainError('BAD_REQUEST', 'The only expectation that is met is 100-continue.', { path: 'expect' });
const TUNNEL = {
  status: 405,
  code: 'METHOD_NOT_ALLOWED',
  message: 'Nothing is tunnelled.',
  headers: { allow: 'GET, HEAD, POST, DELETE' },
} as const;
const PARTING = rawAnswer({
  status: 503,
  code: 'UNAVAILABLE',
  message: `A connection carries ${REQUESTS_PER_CONNECTION} requests. Open another for the rest.`,
  headers: { 'retry-after': '1' },
});

/** The HTTP server with its limits; it listens where the caller says. */
export function createGatewayServer(gateway: GatewayServer): Server {
  const server = createServer(
    {
      ServerResponse: GatewayResponse,
      maxHeaderSize: 16_384,
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 2_000,
      insecureHTTPParser: false,
      // Checked below, where its refusal has the form of every other.
      requireHostHeader: false,
    },
    (request, response) => void dispatch(gateway, request, response),
  );
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.maxConnections = mostConnections();
  server.on('checkContinue', (request: IncomingMessage, response: GatewayResponse) => {
    continueWhenRead(request, response);
    void dispatch(gateway, request, response);
  });
  server.on('checkExpectation', (request: IncomingMessage, response: GatewayResponse) => void dispatch(gateway, request, response, UNMET));
  server.on('clientError', answerClientError);
  server.on('connect', (_request, socket) => {
    // Node has let go of it: whatever becomes of the connection is nobody's error.
    socket.on('error', () => {});
    refuseConnection(socket, TUNNEL);
  });
  limitConnections(server, gateway);
  endConnections(server, gateway.patience);
  return server;
}

/** Closes what one address opens beyond its share, so that the places for others stay free. */
function limitConnections(server: Server, { proxies, connectionsPerAddress }: GatewayServer): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || proxies.isTrusted(remoteAddress)) return;
    const bucket = bucketOf(remoteAddress);
    const count = (open.get(bucket) ?? 0) + 1;
    if (count > connectionsPerAddress) {
      socket.destroy();
      return;
    }
    open.set(bucket, count);
    socket.once('close', () => {
      const left = (open.get(bucket) ?? 1) - 1;
      if (left === 0) open.delete(bucket);
      else open.set(bucket, left);
    });
  });
}

async function dispatch(
  gateway: GatewayServer,
  request: IncomingMessage,
  response: GatewayResponse,
  refusal: DomainError | null = null,
): Promise<void> {
  const connection = connectionOf(request.socket);
  if (connection.isEnding) {
    // Behind the last answer nothing is processed: what it did could not be told.
    if (connection.requests === REQUESTS_PER_CONNECTION) connection.parting = PARTING;
    request.resume();
    return;
  }
  connection.requests += 1;
  connection.answer = response;
  response.isLast = gateway.state.draining || connection.requests === REQUESTS_PER_CONNECTION;
  connection.isEnding = response.isLast || !response.shouldKeepAlive;
  const info = requestInfo(request, gateway.proxies.clientAddressOf(request).ip);
  response.requestId = info.id;
  const started = performance.now();
  const path = pathOf(request);
  const answered = startAccessLogRecord(info.id, request.method, path);
  try {
    await route(gateway, request, response, path, info, answered, refusal);
  } catch (error) {
    if (!(error instanceof DomainError)) gateway.report(error, info.id);
    answered.codes = [error instanceof DomainError ? error.code : 'INTERNAL'];
    // The rest of a body that was not read to its end would be taken for the next request, so the connection ends with it.
    const isLast = !request.complete;
    connection.isEnding ||= isLast;
    sendError(response, error, error === UNMET ? { isLast, status: 417 } : { isLast });
    if (isLast) request.resume();
  } finally {
    answered.status = response.statusCode;
    answered.ms = performance.now() - started;
    gateway.observe(answered);
  }
}

function pathOf(request: IncomingMessage): string {
  const { url = '/' } = request;
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** What a strict peer never sends, and what proxies and servers read differently. */
function refuseOddRequests(request: IncomingMessage): void {
  if (request.rawHeaders.length > 2 * MAX_HEADERS)
    throw new DomainError('LIMIT_EXCEEDED', `A request has at most ${MAX_HEADERS} headers.`, { limit: MAX_HEADERS });
  const hosts = timesGiven(request, 'host');
  if (hosts > 1 || (hosts === 0 && request.httpVersion !== '1.0'))
    throw new DomainError('BAD_REQUEST', 'A request has exactly one Host header.', { path: 'host' });
  if (request.url?.startsWith('/') !== true) throw new DomainError('BAD_REQUEST', 'The request target must be a path.', { path: 'url' });
  for (const name of ['authorization', 'x-mcd-token', 'x-mcd-id'])
    if (request.headers[name] !== undefined && timesGiven(request, name) > 1)
      throw new DomainError('BAD_REQUEST', `A request has one ${name} header at most.`, { path: name });
  refuseTransferCodings(request);
}

async function route(
  gateway: GatewayServer,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  info: Actor['request'],
  answered: AccessLogRecord,
  refusal: DomainError | null,
): Promise<void> {
  refuseOddRequests(request);
  requireRoute(path, request.method);
  if (refusal !== null) throw refusal;
  switch (path) {
    case '/graphql': {
      const body = beginBody(request);
      const actor = await actorOf(gateway, request, info);
      answered.actor = actorId(actor);
      gateway.rates.countRequest(actor.tokenId ?? 'local');
      await handleGraphql(gateway, request, response, actor, body, answered);
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
      await handleExplorer(gateway, request, response, path, info);
  }
}

function actorOf(gateway: GatewayServer, request: IncomingMessage, info: Actor['request']): Actor | Promise<Actor> {
  return gateway.localProjectId === null ? authenticateRequest(gateway, request, info) : localActor(gateway.localProjectId, 'cli', info);
}

async function sendReadiness({ readiness }: GatewayServer, response: ServerResponse): Promise<void> {
  const status = await readiness();
  send(response, status === 'ready' ? 200 : 503, JSON.stringify({ status }), status === 'ready' ? {} : { 'retry-after': '5' });
}
