import type { FastifyRequest } from 'fastify';
import { camelToSnake } from '../../domain/connection/details/details.ts';
import type { DomainError, ErrorCode } from '../../domain/errors/errors.ts';
import { PositError } from '../../domain/posit/posit-error.ts';
import { ExpiredToken } from '../../domain/token/expired-token.ts';
import type { RenderError } from '../../http/error-answer.ts';
import { headerOf } from '../../http/headers.ts';
import { correlationOf } from './correlation.ts';

/** Statuses that Posit's clients know, and Posit's numbers. What is refused by a number of its own has that instead. */
const BY_CODE = {
  BAD_REQUEST: { status: 400, code: 2 },
  UNKNOWN_OPTION: { status: 400, code: 228 },
  INVALID_HEADER_VALUE: { status: 400, code: 228 },
  LIMIT_EXCEEDED: { status: 400, code: 2 },
  UNAUTHENTICATED: { status: 401, code: 30 },
  FORBIDDEN: { status: 403, code: 22 },
  NOT_FOUND: { status: 404, code: 4 },
  METHOD_NOT_ALLOWED: { status: 405, code: 2 },
  VERSION_CONFLICT: { status: 409, code: 2 },
  CHANGE_OUTDATED: { status: 409, code: 2 },
  CONNECTION_IN_USE: { status: 409, code: 2 },
  NAME_TAKEN: { status: 409, code: 2 },
  REQUEST_IN_PROGRESS: { status: 409, code: 2 },
  INTEGRITY: { status: 409, code: 2 },
  CHANGE_EXPIRED: { status: 409, code: 2 },
  CURSOR_EXPIRED: { status: 409, code: 2 },
  TOO_LARGE: { status: 413, code: 2 },
  UNSUPPORTED_TYPE: { status: 415, code: 2 },
  VALIDATION_FAILED: { status: 400, code: 228 },
  SECRET_REENTRY_REQUIRED: { status: 400, code: 228 },
  IDEMPOTENCY_MISMATCH: { status: 400, code: 2 },
  EGRESS_DENIED: { status: 400, code: 228 },
  DRIVER_NOT_INSTALLED: { status: 400, code: 228 },
  RATE_LIMITED: { status: 429, code: 277 },
  UNAVAILABLE: { status: 503, code: 1 },
  REQUEST_TIMEOUT: { status: 503, code: 1 },
  OUTCOME_UNKNOWN: { status: 503, code: 1 },
  STORAGE_FULL: { status: 503, code: 1 },
  INTERNAL: { status: 500, code: 1 },
} as const satisfies Record<ErrorCode, Told>;

interface Told {
  readonly status: number;
  readonly code: number;
}

/** Both members are read by clients, one of which formats the code as a decimal; `payload` is always there, and null. */
export const renderPositError: RenderError = (error, request, asked) => {
  const { status, code } = toldOf(error, request, asked);
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-correlation-id': correlationOf(request),
      ...(status === 401 ? { 'www-authenticate': 'Key realm="changeover", Bearer realm="changeover"' } : {}),
    },
    body: { code, error: status === 401 ? (KEY_REFUSED[code] ?? error.message) : textOf(error), payload: null },
  };
};

/** Of a key in the words of these clients, who send no headers of ours. */
const KEY_REFUSED: Readonly<Record<number, string>> = {
  24: 'no API key came with the request; send Authorization: Key, and the secret of a token',
  29: 'the API key has expired',
  30: 'the API key is not valid, or was revoked',
};

function toldOf(error: DomainError, request: FastifyRequest, asked: number): Told {
  if (error instanceof PositError) return { status: error.code === 'NOT_FOUND' ? 404 : 400, code: error.positCode };
  const usual = BY_CODE[error.code];
  switch (error.code) {
    case 'UNAUTHENTICATED':
      if (headerOf(request.raw, 'authorization') === undefined) return { ...usual, code: 24 };
      return error instanceof ExpiredToken ? { ...usual, code: 29 } : usual;
    case 'VERSION_CONFLICT':
      // Of a request with If-Match another state is a precondition that does not hold (RFC 9110, part 13.1.1).
      return request.raw.headers['if-match'] === undefined ? usual : { ...usual, status: 412 };
    case 'BAD_REQUEST':
      // Such as an expectation that nobody meets.
      return { status: asked, code: codeOfPath(String(error.details.path ?? ''), error.details.fault) };
    default:
      return usual;
  }
}

function codeOfPath(path: string, fault: unknown): number {
  if (fault !== undefined) return fault === 'NOT_AN_OBJECT' ? 87 : 121;
  return path === 'config' || path.startsWith('config.') ? 228 : 2;
}

/** Posit's own words for what it has, too: its clients know keys of a config, and no fields of kinds. They show this text and nothing else. */
function textOf({ code, message, details }: DomainError): string {
  const { fields, jobs } = details;
  if (code === 'SECRET_REENTRY_REQUIRED' && Array.isArray(fields)) {
    const names = fields.map((name) => `'${camelToSnake(String(name))}'`).join(', ');
    return `config key ${names} has to be given again, since the change alters where it is sent`;
  }
  return code === 'CONNECTION_IN_USE' && Array.isArray(jobs) ? `${message} ${namesOf(jobs)}` : message;
}

const MOST_JOBS = 5;

function namesOf(jobs: readonly { readonly job: string; readonly expectedEnd: string }[]): string {
  const named = jobs.slice(0, MOST_JOBS).map(({ job, expectedEnd }) => `${job}, until ${expectedEnd} at the latest`);
  const others = jobs.length - named.length;
  return `Held by: ${named.join('; ')}${others === 0 ? '' : `; and ${others} more`}.`;
}
