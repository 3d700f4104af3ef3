import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, ERROR_CODES, retryAfterOf } from '../../domain/errors/errors.ts';
import { fromDomainError } from '../../graphql/plugins/masking/error-masking.ts';
import { connectionOf } from '../connections/connections.ts';
import type { Gateway } from '../gateway.ts';
import { UNMET } from './framing.ts';
import { noSuchFile } from './known-routes.ts';
import { tooLarge, UNREADABLE_TYPE } from './request-body.ts';

/** How every failure outside of an operation is told. */
export function errorRenderer(app: FastifyInstance, gateway: Gateway): void {
  app.setErrorHandler((error, request, reply) => answerError(gateway, error, request, reply));
}

/** What Fastify refuses, in our words. */
const FASTIFY_ERRORS: Readonly<Record<string, (request: FastifyRequest) => DomainError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: tooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => UNREADABLE_TYPE,
  FST_ERR_BAD_URL: () => new DomainError('BAD_REQUEST', 'The request target is not a valid path.', { path: 'url' }),
  FST_STATIC_FORBIDDEN_PATH: noSuchFile,
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: endedEarly,
  // The client went away, or its body was not well-formed: nobody is there to be told, and it is no fault of ours.
  ECONNRESET: endedEarly,
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How a route tells failures whose clients expect another form, and what it adds to their headers. */
    renderError?: (error: DomainError, status: number) => { readonly body: object; readonly headers: Readonly<Record<string, string>> };
  }
}

/** A 503 carries `message` and no `errors`, which makes the lead API's clients try again. */
export function answerError({ report }: Pick<Gateway, 'report'>, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = expected(error, request);
  if (known === null) report(error, request.id);
  const told = known ?? new DomainError('INTERNAL', 'Something went wrong on our side.');
  // A path that the router can't read is refused before there is a record.
  if (request.record != null) request.record.codes = [told.code];
  const status = told === UNMET ? 417 : ERROR_CODES[told.code].status;
  // A path that the router can't read has no route.
  const { body, headers } = (request.routeOptions?.config?.renderError ?? asGraphql)(told, status);
  // The rest of a body that was not read to its end would be taken for the next request, so the connection ends with it.
  const isLast = !request.raw.complete;
  if (isLast) {
    connectionOf(request.raw.socket).isEnding = true;
    reply.header('connection', 'close');
  } else reply.removeHeader('connection');
  reply
    .code(status)
    .headers({ ...headersOf(told), ...headers })
    .send(JSON.stringify(body));
  if (isLast) request.raw.resume();
}

function asGraphql(told: DomainError, status: number) {
  return { body: status === 503 ? { message: told.message, code: told.code } : { errors: [fromDomainError(told)] }, headers: {} };
}

function expected(error: unknown, request: FastifyRequest): DomainError | null {
  if (error instanceof DomainError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(FASTIFY_ERRORS, code) ? (FASTIFY_ERRORS[code]?.(request) ?? null) : null;
}

/** What an error tells in headers, too: when to come back, which methods there are, which encodings of a body are read. */
function headersOf({ code, details }: DomainError): Readonly<Record<string, string>> {
  const seconds = retryAfterOf(details);
  return {
    'content-type': 'application/json; charset=utf-8',
    ...(seconds === null ? {} : { 'retry-after': String(seconds) }),
    ...(Array.isArray(details.allow) ? { allow: details.allow.join(', ') } : {}),
    ...(code === 'UNSUPPORTED_TYPE' ? { 'accept-encoding': 'identity' } : {}),
  };
}

function endedEarly(): DomainError {
  return new DomainError('BAD_REQUEST', 'The body ended early.', { path: 'body' });
}
