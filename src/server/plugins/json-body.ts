import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';
import { repeatsName } from '../../domain/json/repeated-names.ts';
import { headerOf, timesGiven } from '../request/headers.ts';

/** Most bytes of a body. */
export const MAX_BODY = 262_144;

export const UNREADABLE_TYPE = new DomainError('UNSUPPORTED_TYPE', 'Send Content-Type: application/json, in UTF-8.');

/** Strips a byte order mark, and throws for what is not UTF-8. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads bodies that are one JSON object in UTF-8, and no others: forms and plain text of other sites never get further. */
export function jsonBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const { raw } = request;
    if (raw.method === 'POST') requireJson(raw);
    if (Number(raw.headers['content-length'] ?? 0) > MAX_BODY) throw tooLarge();
    // The client sends its body only when it is told that it is wanted.
    if (raw.headers.expect !== undefined) reply.raw.writeContinue();
    done();
  });
  app.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: MAX_BODY }, (request, body: Buffer, done) => {
    try {
      request.bodyText = decode(body);
      done(null, parseObject(request.bodyText));
    } catch (error) {
      done(error as Error);
    }
  });
}

export function tooLarge(): DomainError {
  return new DomainError('TOO_LARGE', `The body has more than ${MAX_BODY} bytes.`, { limit: MAX_BODY });
}

/** Throws UNSUPPORTED_TYPE unless the body is said once to be JSON in UTF-8, as it is. */
function requireJson(request: IncomingMessage): void {
  const [type, ...parameters] = (headerOf(request, 'content-type') ?? '').split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters
    .map((parameter) => /^charset *= *"?([^"]*)"?$/.exec(parameter)?.[1])
    .filter((charset) => charset !== undefined);
  if (timesGiven(request, 'content-type') !== 1 || type !== 'application/json' || charsets.some((charset) => !/^utf-?8$/.test(charset)))
    throw UNREADABLE_TYPE;
  const codings = (headerOf(request, 'content-encoding') ?? '').split(',').map((coding) => coding.trim().toLowerCase());
  if (codings.some((coding) => coding !== '' && coding !== 'identity'))
    throw new DomainError('UNSUPPORTED_TYPE', 'A body is read as it is: send it without a Content-Encoding.');
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new DomainError('BAD_REQUEST', 'The body is not UTF-8.', { path: 'body' });
  }
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
