import type { FastifyRequest } from 'fastify';
import type { DomainError, ErrorCode } from '../../../domain/errors/errors.ts';
import { retryAfterOf } from '../../../domain/errors/errors.ts';
import type { RenderError, RenderedFailure } from '../../../http/error-answer.ts';
import { keyOf, SERVICES } from '../fields/services.ts';
import { formatOf, pathOf } from './answers.ts';
import { type AtlasFailure, failureOf } from './failure.ts';

interface Told {
  readonly status: number;
  readonly errorCode: string;
}

const told = (status: number, errorCode: string): Told => ({ status, errorCode });
const INVALID = told(400, 'INTEGRATION_FIELDS_INVALID');
const AWAY = told(503, 'SERVICE_UNAVAILABLE');

/** How each of our codes is told where a route has not said it in Atlas' own words. */
const TABLE: Readonly<Record<ErrorCode, Told>> = {
  BAD_REQUEST: INVALID,
  UNKNOWN_OPTION: told(400, 'INVALID_ATTRIBUTE'),
  INVALID_HEADER_VALUE: INVALID,
  LIMIT_EXCEEDED: told(400, 'LIMIT_EXCEEDED'),
  UNAUTHENTICATED: told(401, 'UNEXPECTED_ERROR'),
  // A role that is missing is told as a login that is: upstream has no 403 for it.
  FORBIDDEN: told(401, 'USER_UNAUTHORIZED'),
  NOT_FOUND: told(404, 'RESOURCE_NOT_FOUND'),
  METHOD_NOT_ALLOWED: told(405, 'METHOD_NOT_ALLOWED'),
  VERSION_CONFLICT: told(409, 'VERSION_CONFLICT'),
  CHANGE_OUTDATED: told(409, 'CHANGE_OUTDATED'),
  CONNECTION_IN_USE: told(409, 'CONNECTION_IN_USE'),
  NAME_TAKEN: told(409, 'INTEGRATION_ALREADY_CONFIGURED'),
  REQUEST_IN_PROGRESS: told(409, 'REQUEST_IN_PROGRESS'),
  INTEGRITY: told(500, 'UNEXPECTED_ERROR'),
  CHANGE_EXPIRED: told(409, 'CHANGE_EXPIRED'),
  CURSOR_EXPIRED: told(410, 'CURSOR_EXPIRED'),
  TOO_LARGE: told(413, 'REQUEST_TOO_LARGE'),
  UNSUPPORTED_TYPE: told(415, 'UNSUPPORTED_MEDIA_TYPE'),
  VALIDATION_FAILED: INVALID,
  SECRET_REENTRY_REQUIRED: INVALID,
  IDEMPOTENCY_MISMATCH: told(409, 'IDEMPOTENCY_MISMATCH'),
  EGRESS_DENIED: INVALID,
  DRIVER_NOT_INSTALLED: INVALID,
  RATE_LIMITED: told(429, 'RATE_LIMITED_TOKEN_BUCKET'),
  UNAVAILABLE: AWAY,
  REQUEST_TIMEOUT: AWAY,
  OUTCOME_UNKNOWN: AWAY,
  STORAGE_FULL: AWAY,
  INTERNAL: told(500, 'UNEXPECTED_ERROR'),
};

const STATUS_OF: Readonly<Record<string, number>> = {
  IP_ADDRESS_NOT_ON_ACCESS_LIST: 403,
  INVALID_VERSION_DATE: 406,
  INVALID_QUERY_PARAMETER: 400,
  INVALID_PATH_PARAMETER: 400,
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const renderError: RenderError = (error, request, asked) => {
  if (error.code === 'UNAUTHENTICATED') return loginRefusal(error);
  return renderFailure(failureOf(error) ?? ownFailure(error, TABLE[error.code], request), error, request, asked);
};

/** An error as the failure that its route takes it for. */
export function renderFailure(
  { errorCode, parameters, fields }: AtlasFailure,
  error: DomainError,
  request: FastifyRequest,
  asked: number,
): RenderedFailure {
  const known = TABLE[error.code];
  const status = asked === 417 || asked === 431 ? asked : (STATUS_OF[errorCode] ?? known.status);
  const { indent, isEnveloped } = formatOf(request);
  const body = {
    ...(status === 400 && fields !== undefined
      ? { badRequestDetail: { fields: fields.map(({ description, field }) => ({ description, field })) } }
      : {}),
    detail: error.message,
    error: status,
    errorCode,
    parameters,
    reason: REASONS[status] ?? 'Error',
    ...(isEnveloped ? { status } : {}),
  };
  return { status, headers: { 'content-type': 'application/json', 'x-error-code': errorCode }, body: JSON.stringify(body, null, indent) };
}

/** As recorded: printed over several lines, in this order, and with the challenge where there is one. Wrong and missing logins are told alike. */
function loginRefusal({ details: { challenge } }: DomainError) {
  const body = {
    error: 401,
    reason: 'Unauthorized',
    detail: 'You are not authorized for this resource.',
    errorCode: 'UNEXPECTED_ERROR',
  };
  return {
    status: 401,
    headers: { 'content-type': 'application/json', ...(typeof challenge === 'string' ? { 'www-authenticate': challenge } : {}) },
    body: JSON.stringify(body, null, 2),
  };
}

const FAULTS: Readonly<Record<string, string>> = {
  ENCODING: 'MALFORMED_JSON',
  SYNTAX: 'MALFORMED_JSON',
  REPEATED_NAME: 'MALFORMED_JSON',
  NOT_AN_OBJECT: 'INVALID_JSON',
};

function ownFailure({ code, details }: DomainError, { errorCode }: Told, request: FastifyRequest): AtlasFailure {
  if (typeof details.fault === 'string') return { errorCode: FAULTS[details.fault] ?? 'MALFORMED_JSON', parameters: [] };
  if (typeof details.address === 'string') return { errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST', parameters: [details.address] };
  if (code === 'NOT_FOUND') return { errorCode, parameters: [pathOf(request)] };
  if (code === 'RATE_LIMITED') return { errorCode, parameters: bucketOf(details, pathOf(request)) };
  const fields = fieldsOf(code, details);
  return { errorCode, parameters: [], ...(fields.length === 0 ? {} : { fields }) };
}

/**
 * A limit is told as a bucket: its path, the seconds to wait, its size, and how much flows in within how many seconds. Where room comes back
 * as what runs ends, all of it may by the time to come again.
 */
function bucketOf(details: DomainError['details'], path: string): AtlasFailure['parameters'] {
  const { capacity, perMinute } = details;
  const wait = retryAfterOf(details);
  return [path, wait, capacity, ...(perMinute === undefined ? [capacity, wait] : [perMinute, 60])];
}

/** The fields that an operation names, as the service calls them. */
function fieldsOf(code: ErrorCode, { fields, path, problems }: DomainError['details']): NonNullable<AtlasFailure['fields']> {
  const named = Array.isArray(problems) ? problems : (Array.isArray(fields) ? fields : [path]).map((field) => ({ path: field }));
  return named.flatMap(({ path: at, message }: { readonly path?: unknown; readonly message?: unknown }) => {
    if (typeof at !== 'string') return [];
    const usual = code === 'SECRET_REENTRY_REQUIRED' ? 'must be sent again, since the URL leads elsewhere' : 'is not valid';
    return [
      { field: wireNameOf(at.replace(/^(changes|connectionDetails)\./, '')), description: typeof message === 'string' ? message : usual },
    ];
  });
}

const WIRE_NAMES = new Map(SERVICES.flatMap(({ fields }) => fields.map((field) => [keyOf(field), field.name] as const)));

function wireNameOf(key: string): string {
  return key === 'url' || key === 'origin' ? 'url' : (WIRE_NAMES.get(key) ?? key);
}
