import { type IncomingMessage, ServerResponse } from 'node:http';
import { DomainError, ERROR_CODES } from '../domain/errors/errors.ts';
import { fromDomainError } from '../graphql/plugins/masking/error-masking.ts';

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

const ALWAYS_SENT = Object.entries(SECURITY_HEADERS);
/** The headers of most answers, as a flat list. */
const OF_JSON = ['content-type', JSON_TYPE, ...ALWAYS_SENT.flat()];

/** Keeps what its headers say of the request until it is sent: headers that are set one by one cost more than all else of a small answer. */
export class GatewayResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  requestId = '';
  /** The connection ends with it. */
  isLast = false;
}

/** Sends an answer whole: JSON, unless `headers` say otherwise, which come before those that are always sent. */
export function send(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> | null = null,
): void {
  if (response.headersSent || response.destroyed) return;
  // The server makes responses of no other class.
  const { requestId, isLast } = response as GatewayResponse;
  const lines = ['x-request-id', requestId, 'content-length', String(Buffer.byteLength(body))];
  if (isLast && headers?.connection === undefined) lines.push('connection', 'close');
  if (headers === null) lines.push(...OF_JSON);
  else {
    if (headers['content-type'] === undefined) lines.push('content-type', JSON_TYPE);
    for (const [name, value] of Object.entries(headers)) lines.push(name, value);
    for (const [name, value] of ALWAYS_SENT) if (headers[name] === undefined) lines.push(name, value);
  }
  response.writeHead(status, lines);
  response.end(body);
}

/** Seconds for Retry-After, where the error says when to come back. */
export function retryAfter(details: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const seconds = details.retryAfterSeconds;
  return typeof seconds === 'number' ? { 'retry-after': String(Math.max(1, Math.ceil(seconds))) } : {};
}

/** What an error tells in headers, too: when to come back, which methods there are, which encodings of a body are read. */
function headersOf({ code, details }: DomainError): Readonly<Record<string, string>> {
  return {
    ...retryAfter(details),
    ...(Array.isArray(details.allow) ? { allow: details.allow.join(', ') } : {}),
    ...(code === 'UNSUPPORTED_TYPE' ? { 'accept-encoding': 'identity' } : {}),
  };
}

/**
 * An error outside of an operation. A 503 carries `message` and no `errors`, which makes the lead API's clients try again. Where
 * HTTP has a status for the case that our codes don't tell apart, `status` is that.
 */
export function sendError(
  response: ServerResponse,
  error: unknown,
  further: { readonly isLast?: boolean; readonly status?: number } = {},
): void {
  const known = error instanceof DomainError ? error : new DomainError('INTERNAL', 'Something went wrong on our side.');
  const status = further.status ?? ERROR_CODES[known.code].status;
  const body = status === 503 ? { message: known.message, code: known.code } : { errors: [fromDomainError(known)] };
  send(response, status, JSON.stringify(body), { ...headersOf(known), ...(further.isLast === true ? { connection: 'close' } : {}) });
}
