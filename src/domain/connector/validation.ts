import type { Actor } from '../token/actor.ts';

/**
 * A validation is one run of a validator on one candidate, with a result. A failed one is a result, not an error.
 * The codes are a closed list: what a client or a person may act on, and never more than that of a remote system's answer.
 */
export const VALIDATION_CODES = {
  HOST_UNRESOLVED: 'The host name has no address.',
  PORT_CLOSED: 'The host refused the connection on that port.',
  UNREACHABLE: 'The host did not answer.',
  EGRESS_DENIED: 'The address may not be dialled from this gateway.',
  TLS_UNTRUSTED: 'The certificate of the server is not trusted.',
  TLS_REQUIRED: 'The login would cross the network unprotected, or the server wants TLS.',
  TLS_UNAVAILABLE: 'TLS was asked for and the server does not offer it.',
  CREDENTIALS_REJECTED: 'The system refused the login.',
  ACCESS_DENIED: 'The login is known but may not come in.',
  DATABASE_NOT_FOUND: 'The database does not exist.',
  PERMISSION_MISSING: 'The login lacks a permission that is needed.',
  PERMISSION_LOST: 'The login in use may do something that the new one may not.',
  NOT_PROTECTED: 'The connection works but is not encrypted or not verified.',
  RATE_LIMITED: 'The system asked us to slow down.',
  TIMEOUT: 'The check did not end within its deadline.',
  PROVIDER_DOWN: 'The system answered that it is not working.',
  PROTOCOL_ERROR: 'What answered does not speak the protocol of this kind.',
  DRIVER_NOT_INSTALLED: 'The optional driver for this kind is not installed, or no driver speaks the way to log in that was asked for.',
  SECRET_NOT_GRANTED: 'The operator has not granted the project the secret that is referred to.',
  SECRET_MISSING: 'The secret that is referred to does not exist.',
  SECRET_UNREADABLE: 'The secret that is referred to cannot be read.',
  SECRET_LOGIN_REFUSED: 'The manager of the secret that is referred to did not accept the login of the gateway, or the gateway has none.',
  SECRET_DENIED: 'The manager of the secret that is referred to does not let the gateway read it.',
  SECRET_MANAGER_UNREACHABLE: 'The manager of the secret that is referred to does not answer.',
  SECRET_THROTTLED: 'The manager of the secret that is referred to asked for fewer requests.',
  SECRET_INVALID: 'The secret that is referred to does not hold the credentials of this kind.',
  SECRET_BOUND: 'The secret that is referred to may be sent to the destination alone that it was first used with.',
  SECRET_MOVED: 'The secret that is referred to leads to another destination than before.',
  SECRET_AMBIGUOUS: 'The name of the secret that is referred to may be taken for another one.',
  DETAILS_INVALID: 'The details do not fit the kind: a field is missing or unknown, or may not have its value.',
  AWS_IDENTITY_MISSING: 'The gateway has no AWS identity of its own that could assume the role.',
  AWS_IDENTITY_REFUSED: "AWS refused the gateway's own identity.",
  AWS_ROLE_NOT_GRANTED: "The operator has not granted the project the role that the gateway's own AWS identity would assume.",
  AWS_EXTERNAL_ID: "The external id is not the project's own, which alone the gateway says when it assumes a role.",
  UNKNOWN_VALIDATOR: 'This kind has no validator of that name.',
  SKIPPED: 'The check was not run.',
  INTERNAL: 'The check itself failed.',
} as const satisfies Record<string, string>;

export type ValidationCode = keyof typeof VALIDATION_CODES;

/** Problems that lie with the other system at the moment and not with the credentials: the same check may pass later. */
export const RETRYABLE_PROBLEMS: ReadonlySet<ValidationCode> = new Set([
  'PROVIDER_DOWN',
  'UNREACHABLE',
  'TIMEOUT',
  'RATE_LIMITED',
  'SECRET_MANAGER_UNREACHABLE',
  'SECRET_THROTTLED',
]);

/** All three texts are always filled; none holds a secret, and `cause` is short and technical. */
export interface Problem {
  readonly code: ValidationCode;
  readonly cause: string;
  readonly friendlyMessage: string;
  readonly resolution: string;
  /** Of a check that threw: the files and lines, innermost first. For operators alone. */
  readonly frames?: readonly string[];
}

export interface ValidatorData {
  readonly projectsValidated?: readonly string[];
  readonly datasetsValidated?: readonly string[];
  readonly tablesValidated?: readonly string[];
  /** Our own probe queries and their rows (a JSON string). */
  readonly queriesWithResults?: readonly { readonly query: string; readonly rows: string }[];
  readonly returnedData?: unknown;
}

export type ValidationStatus = 'passed' | 'warning' | 'failed' | 'skipped';

export interface ValidationResult {
  readonly validator: string;
  readonly description: string;
  readonly status: ValidationStatus;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly data: ValidatorData | null;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/** What an actor may see of a result: where a check itself failed is for operators, and what a remote system answered for `remote-text`. */
export function visibleResult(
  result: ValidationResult,
  { permissions, operator }: Pick<Actor, 'permissions' | 'operator'>,
): ValidationResult {
  const seen = operator ? result : withoutFrames(result);
  return permissions.has('remote-text') ? seen : withoutRemoteText(seen);
}

function withoutFrames(result: ValidationResult): ValidationResult {
  const ours = ({ frames: _, ...problem }: Problem): Problem => problem;
  return { ...result, errors: result.errors.map(ours), warnings: result.warnings.map(ours) };
}

/** The codes, and what a connector says of them in its own words. A cause may quote the remote system, and the data are its answers. */
function withoutRemoteText(result: ValidationResult): ValidationResult {
  const ours = (problem: Problem): Problem => ({ ...problem, cause: VALIDATION_CODES[problem.code] });
  return { ...result, errors: result.errors.map(ours), warnings: result.warnings.map(ours), data: null };
}

/** A client calls a validation passed when nothing failed; warnings never fail it. */
export function hasPassed(result: Pick<ValidationResult, 'status'>): boolean {
  return result.status === 'passed' || result.status === 'warning';
}

/** What a client is told: a run that was left out because it would say nothing is no failure either. */
export function isSuccess({ status, errors }: Pick<ValidationResult, 'status' | 'errors'>): boolean {
  return status !== 'failed' && errors.length === 0;
}
