import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '../domain/errors.ts';
import { safeError } from '../graphql/safe-errors.ts';
import { SECURITY_HEADERS } from './reply.ts';

interface Refusal {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
}

const MALFORMED: Refusal = { status: 400, code: 'BAD_REQUEST', message: 'The request is not well-formed HTTP/1.1.' };
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'LIMIT_EXCEEDED', message: 'The headers are larger than 16 KiB.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'TOO_LARGE', message: 'The chunk extensions are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'REQUEST_TIMEOUT', message: 'The request did not arrive in time.' },
};

const answering = new WeakMap<Duplex, ServerResponse>();

/** Says which answer a socket's next parse error would fall into. */
export function rememberAnswer(request: IncomingMessage, response: ServerResponse): void {
  answering.set(request.socket, response);
}

/**
 * Answers what node's parser refuses like everything else is answered, and closes: nothing that follows could be trusted. Behind a
 * whole request that is still being answered it waits for that answer, or it would be taken for it: a change that was made would
 * seem refused.
 */
export function answerClientError(error: Error, socket: Duplex): void {
  const begun = answering.get(socket);
  if (begun?.req.complete === true && !begun.writableFinished && !begun.destroyed) {
    socket.pause();
    begun.once('finish', () => refuse(error, socket));
  } else if (begun?.headersSent === true && !begun.writableFinished) socket.destroy();
  else refuse(error, socket);
}

function refuse(error: Error, socket: Duplex): void {
  // The answer before it may have been the last, and a peer that is gone is told nothing.
  if (!socket.writable) return;
  const { status, code, message } = REFUSALS['code' in error ? String(error.code) : ''] ?? MALFORMED;
  const body = JSON.stringify({ errors: [safeError(code, message)] });
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n'));
}
