import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, ERROR_CODES } from '../../domain/errors/errors.ts';
import { fromDomainError } from '../../graphql/plugins/masking/error-masking.ts';
import { errorAnswer, type RenderError } from '../../http/error-answer.ts';
import { DIALECTS } from '../../rest/dialects.ts';
import { dialectAt } from '../../rest/kit/dialect.ts';
import { connectionOf } from '../connections/connections.ts';
import type { Gateway } from '../gateway.ts';
import { STATUS_OF_FRAMING } from './framing.ts';
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

/** A 503 carries `message` and no `errors`, which makes the lead API's clients try again. */
export function answerError({ report }: Pick<Gateway, 'report'>, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const known = expected(error, request);
  if (known === null) report(error, request.id);
  const told = known ?? new DomainError('INTERNAL', 'Something went wrong on our side.');
  // A path that the router can't read is refused before there is a record.
  if (request.record != null) request.record.codes = [told.code];
  const status = STATUS_OF_FRAMING.get(told) ?? ERROR_CODES[told.code].status;
  const { headers, body, ...answer } = errorAnswer(rendererOf(request), told, request, status);
  // The rest of a body that was not read to its end would be taken for the next request, so the connection ends with it.
  const isLast = !request.raw.complete;
  if (isLast) {
    connectionOf(request.raw.socket).isEnding = true;
    reply.header('connection', 'close');
  } else reply.removeHeader('connection');
  reply.code(answer.status).headers(headers).send(body);
  if (isLast) request.raw.resume();
}

/** A path that the router can't read has no route, and one that is not served belongs to the dialect above it all the same. */
function rendererOf({ routeOptions, url }: FastifyRequest): RenderError {
  return routeOptions?.config?.renderError ?? dialectAt(DIALECTS, url)?.renderError ?? asGraphql;
}

const asGraphql: RenderError = (told, _request, status) => ({
  body: status === 503 ? { message: told.message, code: told.code } : { errors: [fromDomainError(told)] },
});

function expected(error: unknown, request: FastifyRequest): DomainError | null {
  if (error instanceof DomainError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return Object.hasOwn(FASTIFY_ERRORS, code) ? (FASTIFY_ERRORS[code]?.(request) ?? null) : null;
}

function endedEarly(): DomainError {
  return new DomainError('BAD_REQUEST', 'The body ended early.', { path: 'body' });
}
