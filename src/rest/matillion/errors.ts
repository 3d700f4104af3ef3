import type { DomainError, ErrorCode } from '../../domain/errors/errors.ts';
import type { RenderError } from '../../http/error-answer.ts';

/** The statuses that Matillion documents, and those of HTTP itself where it documents none. */
const STATUS = {
  BAD_REQUEST: 400,
  UNKNOWN_OPTION: 400,
  INVALID_HEADER_VALUE: 400,
  LIMIT_EXCEEDED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  VERSION_CONFLICT: 409,
  CHANGE_OUTDATED: 409,
  CONNECTION_IN_USE: 409,
  NAME_TAKEN: 409,
  REQUEST_IN_PROGRESS: 409,
  INTEGRITY: 500,
  CHANGE_EXPIRED: 409,
  CURSOR_EXPIRED: 400,
  TOO_LARGE: 413,
  UNSUPPORTED_TYPE: 415,
  VALIDATION_FAILED: 400,
  SECRET_REENTRY_REQUIRED: 400,
  IDEMPOTENCY_MISMATCH: 409,
  EGRESS_DENIED: 400,
  DRIVER_NOT_INSTALLED: 400,
  RATE_LIMITED: 429,
  UNAVAILABLE: 503,
  REQUEST_TIMEOUT: 503,
  OUTCOME_UNKNOWN: 503,
  STORAGE_FULL: 503,
  INTERNAL: 500,
} as const satisfies Record<ErrorCode, number>;

/** The reason phrases of HTTP. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** Problem details (RFC 9457) with all that is wrong in `violations`; never a value that was sent. */
export const renderProblem: RenderError = (error, request, asked) => {
  const { code, message } = error;
  const status = statusOf(error, request.headers['if-match'] !== undefined, asked);
  return {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer' } : {}),
    },
    body: {
      type: 'about:blank',
      title: TITLES[status] ?? 'Error',
      status,
      detail: status === 500 ? 'An internal error occurred.' : message,
      instance: instanceOf(request),
      violations: status === 400 ? violationsOf(error) : [],
    },
  };
};

/** What is refused before a route is reached, such as a request that is not well-formed, has a status of its own. */
function statusOf({ code }: DomainError, expectsVersion: boolean, asked: number): number {
  if (code === 'VERSION_CONFLICT' && expectsVersion) return 412;
  return code === 'LIMIT_EXCEEDED' ? asked : STATUS[code];
}

/** A path that no route has may hold anything. */
function instanceOf({ url, routeOptions }: Parameters<RenderError>[1]): string {
  return routeOptions?.url === undefined ? '/dpc' : (url.split('?', 1)[0] ?? '/dpc');
}

function violationsOf({ details, message }: DomainError): readonly string[] {
  const { violations, issues, problems, path } = details;
  if (Array.isArray(violations)) return violations.map(String);
  const listed = [issues, problems].find((list): list is readonly Listed[] => Array.isArray(list) && list.every(isListed));
  if (listed !== undefined) return listed.map((one) => `${memberOf(one.path)}: ${one.message}`);
  return typeof path === 'string' ? [`${memberOf(path)}: ${message}`] : [];
}

interface Listed {
  readonly path: string;
  readonly message: string;
}

function isListed(one: unknown): one is Listed {
  return typeof one === 'object' && one !== null && 'path' in one && 'message' in one;
}

/** What a part of a request is called by its sender. */
function memberOf(path: string): string {
  return path.replace(/^(?:body|query|path|connectionDetails|changes)\.(?=.)/, '');
}
