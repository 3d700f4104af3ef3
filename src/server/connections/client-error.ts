import { type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../../domain/errors/errors.ts';
import { renderError } from '../../graphql/plugins/masking/error-masking.ts';
import { SECURITY_HEADERS } from '../plugins/security-headers.ts';
import { connectionOf } from './connections.ts';

export interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const MALFORMED: Refusal = { status: 400, code: 'BAD_REQUEST', message: 'The request is not well-formed HTTP/1.1.' };
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'LIMIT_EXCEEDED', message: 'The request target and its headers are larger than 32 KiB.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'TOO_LARGE', message: 'The chunk extensions are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'REQUEST_TIMEOUT', message: 'The request did not arrive in time.' },
};

/** Answers what node's parser refuses like everything else is answered, and closes: nothing that follows could be trusted. */
export function answerClientError(error: Error, socket: Duplex): void {
  refuseConnection(socket, REFUSALS['code' in error ? String(error.code) : ''] ?? MALFORMED);
}

/**
 * Refuses what came over a connection, and ends it. What it was part of is answered with the refusal; behind a whole request that is
 * still being answered it waits for that answer, or it would be taken for it: a change that was made would seem refused.
 */
export function refuseConnection(socket: Duplex, refusal: Refusal): void {
  const connection = connectionOf(socket);
  const { answer, isEnding } = connection;
  connection.isEnding = true;
  if (answer === null || answer.writableFinished || answer.destroyed) refuse(socket, refusal);
  else if (answer.req.complete) {
    // When that answer is the last anyway, nothing behind it is answered.
    if (isEnding) return;
    socket.pause();
    answer.once('finish', () => refuse(socket, refusal));
  } else if (!answer.headersSent) send(answer, refusal);
  else if (!isEnding) socket.destroy();
}

function refuse(socket: Duplex, refusal: Refusal): void {
  // The answer before may have been the last one, and a client that is gone gets none.
  if (!socket.writable) return;
  socket.end(rawAnswer(refusal));
  // What still comes is thrown away; so is the end of it, which nobody would notice on a connection that stands.
  socket.resume();
}

/** Answers a request whose rest is not well-formed, past its route, which still waits for that rest. */
function send(answer: ServerResponse, refusal: Refusal): void {
  const { headers, body } = wholeAnswer(refusal);
  answer.writeHead(refusal.status, headers);
  answer.end(body);
}

/** An answer as it goes over the wire, where there is no request to answer. */
export function rawAnswer(refusal: Refusal): string {
  const { status } = refusal;
  const { headers, body } = wholeAnswer(refusal);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}

function wholeAnswer(refusal: Refusal) {
  const body = bodyOf(refusal);
  const headers = {
    ...SECURITY_HEADERS,
    ...refusal.headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  return { headers, body };
}

function bodyOf({ status, code, message }: Refusal): string {
  return JSON.stringify(status === 503 ? { message, code } : { errors: [renderError(code, message)] });
}
