import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';
import { headerOf, timesGiven } from '../../http/headers.ts';
import { HEAD_BYTES, MAX_HEADERS } from '../connections/node-server.ts';

/** Headers that decide who is calling: of two, a proxy and we might each take another. */
const SENT_ONCE = ['authorization', 'x-mcd-token', 'x-mcd-id'];

const UNMET = new DomainError('BAD_REQUEST', 'The only expectation that is met is 100-continue.', { path: 'expect' });
const LARGE_HEADERS = new DomainError('LIMIT_EXCEEDED', 'The headers are larger than 16 KiB.', { limit: HEAD_BYTES.headers });
const LONG_TARGET = new DomainError('LIMIT_EXCEEDED', 'The path and its query are larger than 16 KiB.', {
  path: 'url',
  limit: HEAD_BYTES.target,
});

/** Of refusals for which HTTP has a status of its own. */
export const STATUS_OF_FRAMING: ReadonlyMap<DomainError, number> = new Map([
  [UNMET, 417],
  [LARGE_HEADERS, 431],
]);

/** Refuses what a strict client never sends, and what proxies and servers read differently, because requests can be smuggled with it. */
export function framing(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    refuseOddRequests(request.raw);
    done();
  });
}

function refuseOddRequests(request: IncomingMessage): void {
  if (request.rawHeaders.length > 2 * MAX_HEADERS)
    throw new DomainError('LIMIT_EXCEEDED', `A request has at most ${MAX_HEADERS} headers.`, { limit: MAX_HEADERS });
  if ((request.url ?? '').length > HEAD_BYTES.target) throw LONG_TARGET;
  if (bytesOf(request.rawHeaders) > HEAD_BYTES.headers) throw LARGE_HEADERS;
  const hosts = timesGiven(request, 'host');
  if (hosts > 1 || (hosts === 0 && request.httpVersion !== '1.0'))
    throw new DomainError('BAD_REQUEST', 'A request has exactly one Host header.', { path: 'host' });
  if (request.url?.startsWith('/') !== true) throw new DomainError('BAD_REQUEST', 'The request target must be a path.', { path: 'url' });
  for (const name of SENT_ONCE)
    if (request.headers[name] !== undefined && timesGiven(request, name) > 1)
      throw new DomainError('BAD_REQUEST', `A request has one ${name} header at most.`, { path: name });
  // Node would take a compressed body for the body itself.
  const coding = headerOf(request, 'transfer-encoding');
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    throw new DomainError('UNSUPPORTED_TYPE', 'A body is read as it is: chunked is the only Transfer-Encoding.');
  const { expect } = request.headers;
  if (expect !== undefined && expect.trim().toLowerCase() !== '100-continue') throw UNMET;
}

/** As they came over the wire, where a colon, a blank and a line's end belong to each. */
function bytesOf(rawHeaders: readonly string[]): number {
  let bytes = rawHeaders.length * 2;
  for (const text of rawHeaders) bytes += text.length;
  return bytes;
}
