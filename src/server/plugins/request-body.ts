import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';
import { headerOf, timesGiven } from '../../http/headers.ts';
import { decodeUtf8, MAX_BYTES, parseObject } from '../../http/json.ts';
import { FORM_TYPE, JSON_TYPE, readMediaType } from '../../http/media-types.ts';

/** Most bytes of a body, by its type. */
const LIMITS = { [JSON_TYPE]: MAX_BYTES.json, [FORM_TYPE]: MAX_BYTES.form, any: MAX_BYTES.json } as const;

type BodyType = keyof typeof LIMITS;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Of the bodies that a route reads; JSON unless it says otherwise. `any` leaves it to the route, and asks for none. */
    bodyType?: BodyType;
  }
}

export const UNREADABLE_TYPE = unreadable(JSON_TYPE);

function unreadable(type: Exclude<BodyType, 'any'>): DomainError {
  return new DomainError('UNSUPPORTED_TYPE', `Send Content-Type: ${type}, in UTF-8.`);
}

/**
 * Reads bodies in UTF-8: one JSON object, or a form where the route takes one and no cookie. Forms and plain text of other sites get no
 * further anywhere else.
 */
export function requestBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addHook('preParsing', (request, reply, _payload, done) => {
    const { raw } = request;
    const type = bodyTypeOf(request);
    if (raw.method === 'POST' && type !== 'any') requireType(raw, type);
    requireNoCoding(raw);
    if (Number(raw.headers['content-length'] ?? 0) > LIMITS[type]) throw tooLarge(request);
    // The client sends its body only when it is told that it is wanted.
    if (raw.headers.expect !== undefined) reply.raw.writeContinue();
    done();
  });
  const parse = (type: BodyType, read: (text: string) => unknown) =>
    app.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit: LIMITS[type] }, (request, body: Buffer, done) => {
      try {
        request.bodyText = decodeUtf8(body);
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
  const limit = LIMITS[bodyTypeOf(request)];
  return new DomainError('TOO_LARGE', `The body has more than ${limit} bytes.`, { limit });
}

/** Throws UNSUPPORTED_TYPE unless the body is said once to be of this type in UTF-8. */
function requireType(request: IncomingMessage, type: Exclude<BodyType, 'any'>): void {
  if (timesGiven(request, 'content-type') !== 1 || !isUtf8Of(type, headerOf(request, 'content-type') ?? '')) throw unreadable(type);
}

/** Throws UNSUPPORTED_TYPE for a body that is not sent as it is. */
function requireNoCoding(request: IncomingMessage): void {
  const codings = headerOf(request, 'content-encoding')?.split(',') ?? [];
  if (codings.some((coding) => !['', 'identity'].includes(coding.trim().toLowerCase())))
    throw new DomainError('UNSUPPORTED_TYPE', 'A body is read as it is: send it without a Content-Encoding.');
}

function isUtf8Of(type: string, contentType: string): boolean {
  if (contentType === type) return true;
  const given = readMediaType(contentType);
  return given.type === type && given.isUtf8;
}
