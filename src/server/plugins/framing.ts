import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';
import { headerOf, timesGiven } from '../../rest/kit/http/headers.ts';
import { MAX_HEADERS } from '../connections/node-server.ts';

/** Headers that decide who is calling: of two, a proxy and we might each take another. */
const SENT_ONCE = ['authorization', 'x-mcd-token', 'x-mcd-id'];

export const UNMET = new DomainError('BAD_REQUEST', 'The only expectation that is met is 100-continue.', { path: 'expect' });

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
