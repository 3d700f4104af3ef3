import type { FastifyRequest } from 'fastify';
import { type DomainError, ERROR_CODES, retryAfterOf } from '../domain/errors/errors.ts';

/** What goes over the wire, for whichever way it is sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where the answer has no body. */
  readonly body: string;
}

/** How a protocol tells a failure: what it leaves out is as `errorAnswer` says. A body is JSON, or its text. */
export interface RenderedFailure {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object | string;
}

/** `status` is the one of the error's code. The request may not have reached a route: its path may be one that the router can't read. */
export type RenderError = (error: DomainError, request: FastifyRequest, status: number) => RenderedFailure;

export function errorAnswer(
  render: RenderError,
  error: DomainError,
  request: FastifyRequest,
  status: number = ERROR_CODES[error.code].status,
): Answer {
  const told = render(error, request, status);
  return {
    status: told.status ?? status,
    headers: { ...headersOf(error), ...told.headers },
    body: typeof told.body === 'string' ? told.body : JSON.stringify(told.body),
  };
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
