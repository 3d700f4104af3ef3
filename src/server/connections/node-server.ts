import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Gateway } from '../gateway.ts';
import { bucketOf } from '../request/client-address.ts';
import { rawAnswer, refuseConnection } from './client-error.ts';
import { connectionOf, cutOff, endConnections, REQUESTS_PER_CONNECTION } from './connections.ts';
import { mostConnections } from './most-connections.ts';

/** Most header lines of a request; one more is let in, to be refused instead of silently left out. */
export const MAX_HEADERS = 100;

/** Most bytes of a request's target, and of its headers together. Node knows the sum alone, and answers what is larger in no dialect's form. */
export const HEAD_BYTES = { target: 16_384, headers: 16_384 } as const;

const HTTP = {
  maxHeaderSize: HEAD_BYTES.target + HEAD_BYTES.headers,
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  insecureHTTPParser: false,
  // Checked later, where its refusal has the form of every other.
  requireHostHeader: false,
} as const;

/** As plain HTTP has it: who has ended its side is still answered. */
const TLS = { allowHalfOpen: true, minVersion: 'TLSv1.2' } as const;

const TUNNEL = {
  status: 405,
  code: 'METHOD_NOT_ALLOWED',
  message: 'Nothing is tunnelled.',
  headers: { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE' },
} as const;
const PARTING = rawAnswer({
  status: 503,
  code: 'UNAVAILABLE',
  message: `A connection carries ${REQUESTS_PER_CONNECTION} requests. Open another for the rest.`,
  headers: { 'retry-after': '1' },
});

/** Node's server with the limits of connections, which no plugin has: `handle` is called for each request that is to be answered. */
export function createNodeServer(handle: RequestListener, gateway: Gateway): Server {
  const begin = (request: IncomingMessage, response: ServerResponse) => {
    if (isAnswered(request, response, gateway)) handle(request, response);
  };
  const { certificate, patience } = gateway;
  const tls = { ...HTTP, ...TLS, ...certificate, handshakeTimeout: patience.handshakeMs };
  // Both have the same ways in and events as far as anybody here uses them; only `certificate.ts` asks which it is.
  const server = certificate === null ? createServer(HTTP, begin) : (createTlsServer(tls, begin) as unknown as Server);
  // What is written to who has not ended the handshake waits for that, so that its connection would be kept for as long as it likes.
  server.on('tlsClientError', (_error, socket: Duplex) => socket.destroy());
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.maxConnections = mostConnections();
  // What is expected is looked at later, too.
  server.on('checkContinue', begin);
  server.on('checkExpectation', begin);
  server.on('connect', (_request, socket) => {
    // Node has let go of it: whatever becomes of the connection is nobody's error.
    socket.on('error', () => {});
    refuseConnection(socket, TUNNEL);
  });
  limitConnections(server, gateway);
  endConnections(server, patience, certificate === null ? 'connection' : 'secureConnection');
  return server;
}

/** Counts the requests of a connection. Behind its last answer nothing is processed: what it did could not be told. */
function isAnswered(request: IncomingMessage, response: ServerResponse, { state }: Gateway): boolean {
  const connection = connectionOf(request.socket);
  if (connection.isEnding) {
    if (connection.requests === REQUESTS_PER_CONNECTION) connection.parting = PARTING;
    request.resume();
    return false;
  }
  connection.requests += 1;
  connection.answer = response;
  if (state.draining || connection.requests === REQUESTS_PER_CONNECTION) response.shouldKeepAlive = false;
  connection.isEnding = !response.shouldKeepAlive;
  return true;
}

/** Closes what one address opens beyond its share, so that there are connections left for others. */
function limitConnections(server: Server, { proxies, connectionsPerAddress }: Gateway): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined || proxies.isTrusted(remoteAddress)) return;
    const bucket = bucketOf(remoteAddress);
    const count = (open.get(bucket) ?? 0) + 1;
    if (count > connectionsPerAddress) {
      cutOff(socket);
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
