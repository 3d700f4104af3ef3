import type { DomainError, ErrorCode } from '../../domain/errors/errors.ts';
import { SiteUnreachable } from '../../domain/site/site-choice.ts';
import type { RenderError } from '../../http/error-answer.ts';
import { FAULTS, type FaultCode, type Fields } from './faults.ts';

interface Told {
  readonly status: number;
  /** The vendor's code, or what stands for one where it has none: the status. */
  readonly code: FaultCode | '401' | '403' | '405' | '413' | '415' | '429';
  readonly title: string;
}

const of = (code: FaultCode, status: number = FAULTS[code].status): Told => ({ status, code, title: FAULTS[code].title });

/** What each of our codes is for this vendor's clients, where the failure itself does not say which of the vendor's it is. */
export const TOLD = {
  BAD_REQUEST: of('FET-0001'),
  UNKNOWN_OPTION: of('FET-0001'),
  INVALID_HEADER_VALUE: of('FET-0001'),
  LIMIT_EXCEEDED: of('FET-0001'),
  UNAUTHENTICATED: { status: 401, code: '401', title: 'Unauthorized' },
  FORBIDDEN: { status: 403, code: '403', title: 'Forbidden' },
  NOT_FOUND: of('FET-1001'),
  METHOD_NOT_ALLOWED: { status: 405, code: '405', title: 'Method Not Allowed' },
  VERSION_CONFLICT: of('FET-0004'),
  CHANGE_OUTDATED: of('FET-0004'),
  CONNECTION_IN_USE: of('FET-1021'),
  NAME_TAKEN: of('FET-1002'),
  REQUEST_IN_PROGRESS: of('FET-0003', 409),
  INTEGRITY: of('FET-0002'),
  CHANGE_EXPIRED: of('FET-0004'),
  CURSOR_EXPIRED: of('FET-0405'),
  TOO_LARGE: { status: 413, code: '413', title: 'Request Entity Too Large' },
  UNSUPPORTED_TYPE: { status: 415, code: '415', title: 'Unsupported Media Type' },
  VALIDATION_FAILED: of('FET-1040'),
  SECRET_REENTRY_REQUIRED: of('FET-0402'),
  IDEMPOTENCY_MISMATCH: of('FET-0001', 422),
  EGRESS_DENIED: of('FET-0414'),
  DRIVER_NOT_INSTALLED: of('FET-1040'),
  RATE_LIMITED: { status: 429, code: '429', title: 'Too Many Requests' },
  UNAVAILABLE: of('FET-0003'),
  REQUEST_TIMEOUT: of('FET-0003'),
  OUTCOME_UNKNOWN: of('FET-0003'),
  STORAGE_FULL: of('FET-0003'),
  INTERNAL: of('FET-0002'),
} as const satisfies Readonly<Record<ErrorCode, Told>>;

/** `title`, `code` and `message`, with the fields that are concerned and the faults of a schema where there are some. */
export const renderFault: RenderError = (error, request) => {
  const { status, code, title } = toldOf(error, request.headers['if-match'] !== undefined);
  const { fields, errors } = error.details;
  return {
    status,
    headers: { ...(error.code === 'UNAUTHENTICATED' ? { 'www-authenticate': 'Bearer realm="changeover"' } : {}), ...retryOf(error) },
    body: {
      title: typeof error.details.title === 'string' ? error.details.title : title,
      // A test tells its status as a number, and everything else its code as a text.
      code: error.details.numeric === true ? status : code,
      message: messageOf(error),
      // The vendor's clients know fields of bad requests alone.
      ...(status === 400 && isFilled(fields) ? { fields } : {}),
      ...(Array.isArray(errors) ? { errors } : {}),
    },
  };
};

/** The first job that ends may be the one that was waited for. */
function retryOf({ code, details }: DomainError): Readonly<Record<string, string>> {
  const { jobs, retryAfterSeconds: last } = details;
  if (code !== 'CONNECTION_IN_USE' || !Array.isArray(jobs) || jobs.length === 0 || typeof last !== 'number') return {};
  const ends = jobs.map(({ expectedEnd }: { readonly expectedEnd: string }) => Date.parse(expectedEnd));
  const sooner = Math.floor((Math.max(...ends) - Math.min(...ends)) / 1000);
  return { 'retry-after': String(Math.max(1, last - sooner)) };
}

function toldOf(error: DomainError, hasCondition: boolean): Told {
  const { fet, status } = error.details;
  if (error instanceof SiteUnreachable) return of('FET-1040');
  const own = typeof fet === 'string' && Object.hasOwn(FAULTS, fet) ? of(fet as FaultCode) : TOLD[error.code];
  if (typeof status === 'number') return { ...own, status };
  // Of a request with If-Match another version is a precondition that does not hold (RFC 9110, part 13.1.1).
  return own.code === 'FET-0004' && hasCondition ? { ...own, status: 412 } : own;
}

/** How many jobs are in the way is what their owner wants to know. */
function messageOf({ code, message, details }: DomainError): string {
  if (code !== 'CONNECTION_IN_USE' || !Array.isArray(details.jobs) || details.jobs.length === 0) return message;
  const count = details.jobs.length;
  return `${count} running job${count === 1 ? ' uses' : 's use'} this connection; retry after ${count === 1 ? 'it finishes' : 'they finish'}.`;
}

function isFilled(fields: unknown): fields is Fields {
  return typeof fields === 'object' && fields !== null && Object.keys(fields).length > 0;
}
