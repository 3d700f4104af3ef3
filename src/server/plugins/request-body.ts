import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';
import { repeatsName } from '../../domain/json/repeated-names.ts';
import { headerOf, timesGiven } from '../request/headers.ts';

const JSON_TYPE = 'application/json';
export const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Most bytes of a body, by its type. */
const MAX_BYTES = { [JSON_TYPE]: 262_144, [FORM_TYPE]: 16_384 } as const;

type BodyType = keyof typeof MAX_BYTES;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of the bodies that a route reads; JSON unless it says otherwise. */
    bodyType?: BodyType;
  }
}

export const UNREADABLE_TYPE = unreadable(JSON_TYPE);

function unreadable(type: BodyType): DomainError {
  return new DomainError('UNSUPPORTED_TYPE', `Send Content-Type: ${type}, in UTF-8.`);
}

const BYTE_ORDER_MARK = '\ufeff';

/**
 * Reads bodies in UTF-8: one JSON object, or a form where the route takes one and no cookie. Forms and plain text of other sites get no
 * further anywhere else.
 */
export function requestBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const { raw } = request;
    const type = bodyTypeOf(request);
    if (raw.method === 'POST') requireType(raw, type);
    if (Number(raw.headers['content-length'] ?? 0) > MAX_BYTES[type]) throw tooLarge(request);
    // The client sends its body only when it is told that it is wanted.
    if (raw.headers.expect !== undefined) reply.raw.writeContinue();
    done();
  });
  const parse = (type: BodyType, read: (text: string) => unknown) =>
    app.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: MAX_BYTES[type] }, (request, body: Buffer, done) => {
      try {
        request.bodyText = decode(body);
        done(null, read(request.bodyText));
      } catch (error) {
        done(error as Error);
      }
    });
  // Its route reads a form, from the text.
  parse(FORM_TYPE, () => null);
  parse(JSON_TYPE, parseObject);
}

function bodyTypeOf({ routeOptions }: Pick<FastifyRequest, 'routeOptions'>): BodyType {
  return routeOptions.config.bodyType ?? JSON_TYPE;
}

/** Tells the limit of what the route reads. */
export function tooLarge(request: Pick<FastifyRequest, 'routeOptions'>): DomainError {
  const limit = MAX_BYTES[bodyTypeOf(request)];
  return new DomainError('TOO_LARGE', `The body has more than ${limit} bytes.`, { limit });
}

/** Throws UNSUPPORTED_TYPE unless the body is said once to be of this type in UTF-8, as it is. */
function requireType(request: IncomingMessage, type: BodyType): void {
  if (timesGiven(request, 'content-type') !== 1 || !isUtf8Of(type, headerOf(request, 'content-type') ?? '')) throw unreadable(type);
  const codings = headerOf(request, 'content-encoding')?.split(',') ?? [];
  if (codings.some((coding) => !['', 'identity'].includes(coding.trim().toLowerCase())))
    throw new DomainError('UNSUPPORTED_TYPE', 'A body is read as it is: send it without a Content-Encoding.');
}

function isUtf8Of(type: string, contentType: string): boolean {
  if (contentType === type) return true;
  const [given, ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  const charsets = parameters.flatMap((parameter) => /^charset *= *"?([^"]*)"?$/.exec(parameter)?.[1] ?? []);
  return given === type && charsets.every((charset) => /^utf-?8$/.test(charset));
}

function decode(body: Buffer): string {
  if (!isUtf8(body)) throw new DomainError('BAD_REQUEST', 'The body is not UTF-8.', { path: 'body' });
  const text = body.toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
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
