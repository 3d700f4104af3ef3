interface CodeDescription {
  /** The HTTP status, where one is told. */
  readonly status: number;
  /** What the code means. */
  readonly meaning: string;
  /** What the caller does next. */
  readonly next: string;
  /** The cause is the load, the store or a fault of ours, and not the request: the same request may succeed later. */
  readonly retryable?: true;
}

/**
 * Every expected failure has a code from this one closed list; anything else is a bug and is masked as INTERNAL. GraphQL's enum and the
 * documentation page are derived from it.
 */
export const ERROR_CODES = {
  BAD_REQUEST: {
    status: 400,
    meaning: 'The request, or one field of it, is not valid.',
    next: 'Correct the field that `path` names and send it again.',
  },
  UNKNOWN_OPTION: {
    status: 400,
    meaning: 'A field or option that this kind does not have.',
    next: 'Remove it; the connector catalogue lists what the kind takes.',
  },
  INVALID_HEADER_VALUE: {
    status: 400,
    meaning: 'A header or token holds characters that no header may hold.',
    next: 'Send the value without control characters.',
  },
  LIMIT_EXCEEDED: {
    status: 400,
    meaning: 'The request is larger or deeper than the limits allow.',
    next: 'Ask for less at once: fewer fields, aliases or levels, or a smaller page.',
  },
  UNAUTHENTICATED: {
    status: 401,
    meaning: 'No valid token came with the request.',
    next: 'Send a token that has neither expired nor been revoked.',
  },
  FORBIDDEN: { status: 403, meaning: 'The token may not do this.', next: 'Use a token that may.' },
  NOT_FOUND: {
    status: 404,
    meaning: 'There is no such thing, or it is not yours to see.',
    next: 'Check the id and the project of the token.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    meaning: 'The address exists, but not for this HTTP method.',
    next: 'Use a method that the Allow header names.',
  },
  VERSION_CONFLICT: {
    status: 409,
    meaning: 'The connection has a newer version than the one this change was based on.',
    next: 'Read the connection, then stage the change again.',
  },
  CHANGE_OUTDATED: {
    status: 409,
    meaning: 'The change was edited after it was validated, or is no longer open.',
    next: 'Stage it again, then validate and commit that.',
  },
  CONNECTION_IN_USE: {
    status: 409,
    meaning: 'Running jobs hold the connection, or it is protected against deletion.',
    next: 'Wait for the jobs that are named, or lift the protection.',
  },
  NAME_TAKEN: { status: 409, meaning: 'The name is in use in this project.', next: 'Choose another name.' },
  REQUEST_IN_PROGRESS: {
    status: 409,
    retryable: true,
    meaning: 'The same request, or another rotation of a key, is still going on.',
    next: 'Wait a little, then repeat it, with the same idempotency id if it had one.',
  },
  INTEGRITY: {
    status: 409,
    meaning: 'A stored row does not open: it was altered, or sealed under another key.',
    next: 'Run `changeover doctor`; restore the row from a backup.',
  },
  CHANGE_EXPIRED: { status: 410, meaning: 'The temporary key of the change has expired.', next: 'Stage the change again.' },
  CURSOR_EXPIRED: {
    status: 410,
    meaning: 'The event from which a subscription was to go on is not kept any more, so that others may be missing.',
    next: 'Read the present state, then subscribe without `after`. CHANGEOVER_KEEP_EVENTS_DAYS says how long events are kept.',
  },
  TOO_LARGE: { status: 413, meaning: 'The body is larger than the limit.', next: 'Send less at once.' },
  UNSUPPORTED_TYPE: { status: 415, meaning: 'The content type is not one that is read here.', next: 'Send application/json.' },
  VALIDATION_FAILED: {
    status: 422,
    meaning: 'The new credentials did not prove themselves against the real system.',
    next: 'Read the problems that are listed, correct the credentials, then validate again.',
  },
  SECRET_REENTRY_REQUIRED: {
    status: 422,
    meaning: 'The change alters where stored secrets would be sent.',
    next: 'Give the secrets that are named again, together with the new destination.',
  },
  IDEMPOTENCY_MISMATCH: {
    status: 422,
    meaning: 'The idempotency id was used for another request.',
    next: 'Use a fresh id for a different request.',
  },
  EGRESS_DENIED: {
    status: 422,
    meaning: 'The address may not be dialled from here.',
    next: 'Have the operator list it in CHANGEOVER_EGRESS_ALLOW if it is meant to be reached.',
  },
  DRIVER_NOT_INSTALLED: {
    status: 422,
    meaning: 'The optional driver for this kind is not installed, or no driver speaks the way to log in that was asked for.',
    next: 'Run the install command that the message names, then restart; where it names none, log in another way.',
  },
  RATE_LIMITED: {
    status: 429,
    retryable: true,
    meaning: 'Too many requests, or too many validations are waiting.',
    next: 'Wait for the time that Retry-After gives.',
  },
  UNAVAILABLE: {
    status: 503,
    retryable: true,
    meaning: 'Something this needs cannot be reached at the moment.',
    next: 'Try again after the time that Retry-After gives.',
  },
  REQUEST_TIMEOUT: {
    status: 503,
    retryable: true,
    meaning: 'The request took longer than its deadline.',
    next: 'Try again: nothing was changed.',
  },
  OUTCOME_UNKNOWN: {
    status: 503,
    retryable: true,
    meaning: 'The request took effect, or may have: the store was lost before the gateway could say how.',
    next: 'Repeat the same request with the same key or idempotency id: it answers with the outcome. Without either, look first at what it was to change.',
  },
  STORAGE_FULL: {
    status: 503,
    retryable: true,
    meaning: 'The store cannot write.',
    next: 'Free space on the disk of the data directory; reads go on meanwhile.',
  },
  INTERNAL: { status: 500, retryable: true, meaning: 'A fault of ours.', next: 'Report it with the request id.' },
} as const satisfies Record<string, CodeDescription>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Those a request may get although nothing is wrong with it: they are not recorded as its answer, and say nothing about who asked. */
export const RETRYABLE_CODES: ReadonlySet<ErrorCode> = new Set((Object.keys(ERROR_CODES) as ErrorCode[]).filter(isRetryable));

function isRetryable(code: ErrorCode): boolean {
  const { retryable }: CodeDescription = ERROR_CODES[code];
  return retryable === true;
}

/** Secret-free parameters of an error: they reach replies and logs as they are, so never put a caller's value in one. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** Whole seconds, at least one, where an error says when to come back. */
export function retryAfterOf({ retryAfterSeconds: seconds }: ErrorDetails): number | null {
  return typeof seconds === 'number' ? Math.max(1, Math.ceil(seconds)) : null;
}

/**
 * An expected outcome. `message` is for people and must never hold a caller's value or a remote system's text;
 * `path` names the offending field, dotted.
 */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.details = details;
  }
}

/** The store can't be reached. A transaction that fails with this has written nothing, and a read has returned nothing. */
export class StoreUnavailable extends DomainError {
  constructor() {
    super('UNAVAILABLE', 'The store cannot be reached at the moment.', { retryAfterSeconds: 1 });
  }
}

/** The one answer for what does not exist and for what the caller may not see, so that nobody can tell the two apart. */
export class NotFound extends DomainError {
  /** The id or name that was looked for, by which whoever reads a request finds the argument that it came in. It is told to nobody. */
  readonly sought: string | null;

  constructor(message: string, sought: string | null, details: ErrorDetails = {}) {
    super('NOT_FOUND', message, details);
    this.sought = sought;
  }
}

/** `sought` is the id or name as the caller gave it, where it was the caller who gave it. */
export function notFound(what: string, sought: string | null = null): DomainError {
  return new NotFound(`No such ${what}.`, sought);
}

/** The one answer to every way in which a token fails. */
export function unauthenticated(): DomainError {
  return new DomainError(
    'UNAUTHENTICATED',
    'No valid token came with the request. Send x-mcd-id and x-mcd-token, or Authorization: Bearer.',
  );
}

export function badRequest(path: string, message: string, details: ErrorDetails = {}): DomainError {
  return new DomainError('BAD_REQUEST', message, { path, ...details });
}

/** Of a request that has changed something, or may have. */
export function outcomeUnknown(): DomainError {
  return new DomainError(
    'OUTCOME_UNKNOWN',
    'The request took effect, or may have, before the gateway could say how. Look at what it was to change, or repeat it with the same key or idempotency id.',
    { retryAfterSeconds: 1 },
  );
}
