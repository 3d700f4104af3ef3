import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../domain/errors/errors.ts';
import { repeatsName } from '../domain/json/repeated-names.ts';
import type { RequestInfo } from '../domain/token/actor.ts';

/** Most bytes of a body. */
export const MAX_BODY = 262_144;

/** Headers in which the lead API's clients say which command of theirs it was; kept for the audit. */
const CLIENT_HEADERS = ['user-agent', 'x-mcd-telemetry-reason', 'x-mcd-telemetry-service', 'x-mcd-telemetry-command', 'x-mcd-session-id'];

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** How often a header was sent; node itself keeps the first and drops the others of some. */
export function timesGiven(request: IncomingMessage, name: string): number {
  let count = 0;
  for (let index = 0; index < request.rawHeaders.length; index += 2)
    if (request.rawHeaders[index]?.length === name.length && request.rawHeaders[index]?.toLowerCase() === name) count += 1;
  return count;
}

/** What is known of a request before it is read. */
export function requestInfo(request: IncomingMessage, ip: string | null): RequestInfo {
  return new ReceivedRequest(request, ip);
}

class ReceivedRequest implements RequestInfo {
  /** The client's trace id where it sent a decent one. */
  readonly id: string;
  readonly ip: string | null;
  readonly #request: IncomingMessage;

  constructor(request: IncomingMessage, ip: string | null) {
    const trace = header(request, 'x-mcd-trace-id');
    this.id = trace !== undefined && /^[\w.-]{1,64}$/.test(trace) ? trace : randomUUID();
    this.ip = ip;
    this.#request = request;
  }

  /** Read when somebody asks, since most requests change nothing that an audit row would tell of. */
  get client(): Readonly<Record<string, string>> {
    const client: Record<string, string> = {};
    for (const name of CLIENT_HEADERS) {
      const value = header(this.#request, name);
      if (value !== undefined && /^[\x20-\x7e]{1,200}$/.test(value)) client[name] = value;
    }
    return client;
  }
}

/** Strips a byte order mark, and throws for what is not UTF-8. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A body of up to this size may be read before it is known who sends it. */
const SMALL_BODY = 16_384;

/**
 * A small body, begun to be read at once: what the stream has to keep until somebody listens costs as much as the rest of a small
 * request. Null for a larger one, which waits until its sender is known.
 */
export function beginBody(request: IncomingMessage): Promise<string> | null {
  const length = Number(request.headers['content-length'] ?? Number.NaN);
  if (!(length <= SMALL_BODY) || request.headers.expect !== undefined) return null;
  const body = readBody(request);
  // Who is refused before the body is asked for does not ask for it.
  body.catch(() => {});
  return body;
}

const waiting = new WeakMap<IncomingMessage, ServerResponse>();

/** For a client that sends its body only when it is told to go on (`Expect: 100-continue`): it is told when the body is wanted. */
export function continueWhenRead(request: IncomingMessage, response: ServerResponse): void {
  waiting.set(request, response);
}

/**
 * Reads a body of at most MAX_BODY bytes as UTF-8. Throws TOO_LARGE before or while reading, BAD_REQUEST for what is not UTF-8. By
 * events: the stream's own iterator costs more than all else that is done with a small body.
 */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
    if (request.headers.expect !== undefined) waiting.get(request)?.writeContinue();
    const chunks: Buffer[] = [];
    let size = 0;
    const endedEarly = () => {
      // After the end of a whole body it closes, too.
      if (request.readableEnded) return;
      // The client went away, or its body was not well-formed: nobody is there to be told, and it is no fault of ours.
      reject(new DomainError('BAD_REQUEST', 'The body ended early.', { path: 'body' }));
    };
    const keep = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY) {
        chunks.push(chunk);
        return;
      }
      request.off('data', keep);
      request.pause();
      reject(tooLarge());
    };
    request.on('data', keep);
    request.on('end', () => {
      try {
        resolve(utf8.decode(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)));
      } catch {
        reject(new DomainError('BAD_REQUEST', 'The body is not UTF-8.', { path: 'body' }));
      }
    });
    request.on('error', endedEarly);
    request.on('close', endedEarly);
    // It may have closed before anybody listened.
    if (request.destroyed) endedEarly();
  });
}

function tooLarge(): DomainError {
  return new DomainError('TOO_LARGE', `The body has more than ${MAX_BODY} bytes.`, { limit: MAX_BODY });
}

/** Throws UNSUPPORTED_TYPE unless the body is said once to be JSON in UTF-8, as it is: forms and plain text of other sites never get further. */
export function requireJson(request: IncomingMessage): void {
  const [type, ...parameters] = (header(request, 'content-type') ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters
    .map((parameter) => /^charset *= *"?([^"]*)"?$/.exec(parameter)?.[1])
    .filter((charset) => charset !== undefined);
  if (timesGiven(request, 'content-type') !== 1 || type !== 'application/json' || charsets.some((charset) => !/^utf-?8$/.test(charset)))
    throw new DomainError('UNSUPPORTED_TYPE', 'Send Content-Type: application/json, in UTF-8.');
  const codings = (header(request, 'content-encoding') ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.some((coding) => coding !== '' && coding !== 'identity'))
    throw new DomainError('UNSUPPORTED_TYPE', 'A body is read as it is: send it without a Content-Encoding.');
}

/** Throws UNSUPPORTED_TYPE where the framing compresses, which node would take for the body itself. */
export function refuseTransferCodings(request: IncomingMessage): void {
  const coding = header(request, 'transfer-encoding');
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    throw new DomainError('UNSUPPORTED_TYPE', 'A body is read as it is: chunked is the only Transfer-Encoding.');
}

/** Parses a JSON object. Throws BAD_REQUEST, with no piece of the body; also for a name that is given twice, which parsers read differently. */
export function parseObject(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new DomainError('BAD_REQUEST', 'The body is not valid JSON.', { path: 'body' });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new DomainError('BAD_REQUEST', 'The body must be one JSON object; batches are not served.', { path: 'body' });
  if (repeatsName(body, value)) throw new DomainError('BAD_REQUEST', 'The body gives a name twice.', { path: 'body' });
  return value as Readonly<Record<string, unknown>>;
}
