import type { ServerResponse } from 'node:http';
import { DomainError, ERROR_CODES } from '../domain/errors.ts';
import { fromDomainError } from '../graphql/safe-errors.ts';

export const JSON_TYPE = 'application/json; charset=utf-8';

/** Sent with every answer. Nothing here may be framed, cached, sniffed or told where it was called from. */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
};

export function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** Seconds for Retry-After, where the error says when to come back. */
export function retryAfter(details: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const seconds = details.retryAfterSeconds;
  return typeof seconds === 'number' ? { 'retry-after': String(Math.max(1, Math.ceil(seconds))) } : {};
}

/** An error outside of an operation. A 503 carries `message` and no `errors`, which makes the lead API's clients try again. */
export function sendError(response: ServerResponse, error: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const known = error instanceof DomainError ? error : new DomainError('INTERNAL', 'Something went wrong on our side.');
  const status = ERROR_CODES[known.code].status;
  const body = status === 503 ? { message: known.message, code: known.code } : { errors: [fromDomainError(known)] };
  send(response, status, JSON.stringify(body), { ...retryAfter(known.details), ...headers });
}
