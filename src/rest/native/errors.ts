import { ERROR_CODES, type ErrorCode } from '../../domain/errors/errors.ts';
import type { RenderError } from '../../http/error-answer.ts';

/** What each code is called; the URN stands for it in `type`, which no page has to be served for. */
const TITLES = {
  BAD_REQUEST: 'Bad request',
  UNKNOWN_OPTION: 'Unknown option',
  INVALID_HEADER_VALUE: 'Invalid header value',
  LIMIT_EXCEEDED: 'Limit exceeded',
  UNAUTHENTICATED: 'Unauthenticated',
  FORBIDDEN: 'Forbidden',
  NOT_FOUND: 'Not found',
  METHOD_NOT_ALLOWED: 'Method not allowed',
  VERSION_CONFLICT: 'Version conflict',
  CHANGE_OUTDATED: 'Change outdated',
  CONNECTION_IN_USE: 'Connection in use',
  NAME_TAKEN: 'Name taken',
  REQUEST_IN_PROGRESS: 'Request in progress',
  INTEGRITY: 'Integrity',
  CHANGE_EXPIRED: 'Change expired',
  CURSOR_EXPIRED: 'Cursor expired',
  TOO_LARGE: 'Too large',
  UNSUPPORTED_TYPE: 'Unsupported type',
  VALIDATION_FAILED: 'Validation failed',
  SECRET_REENTRY_REQUIRED: 'Secret re-entry required',
  IDEMPOTENCY_MISMATCH: 'Idempotency mismatch',
  EGRESS_DENIED: 'Egress denied',
  DRIVER_NOT_INSTALLED: 'Driver not installed',
  RATE_LIMITED: 'Rate limited',
  UNAVAILABLE: 'Unavailable',
  REQUEST_TIMEOUT: 'Request timeout',
  OUTCOME_UNKNOWN: 'Outcome unknown',
  STORAGE_FULL: 'Storage full',
  INTERNAL: 'Internal error',
} as const satisfies Record<ErrorCode, string>;

/** Problem details (RFC 9457): `code` and `next` as GraphQL has them in `extensions`, and what else an error says of itself beside them. */
export const renderProblem: RenderError = ({ code, message, details }, request, asked) => {
  // Of a request with If-Match another version is a precondition that does not hold (RFC 9110, part 13.1.1).
  const status = code === 'VERSION_CONFLICT' && request.headers['if-match'] !== undefined ? 412 : asked;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json; charset=utf-8',
      ...(code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="changeover"' } : {}),
    },
    body: {
      next: ERROR_CODES[code].next,
      ...details,
      type: `urn:changeover:error:${code.toLowerCase().replaceAll('_', '-')}`,
      title: TITLES[code],
      status,
      detail: message,
      code,
    },
  };
};
