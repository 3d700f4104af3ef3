import type { SecretReference } from '../connection/reference/secret-reference.ts';
import type { Problem, ValidationCode } from '../connector/validation.ts';
import { DomainError, type ErrorCode } from './errors.ts';

export type SecretFailure = keyof typeof FAILURES;

interface Failure {
  readonly code: ValidationCode;
  /** The code for whoever asked for the credentials themselves. */
  readonly refusal: ErrorCode;
  /** After "The secret that env:MCD_SALES names". */
  readonly what: string;
  readonly resolution: string;
}

const FAILURES = {
  'not-granted': {
    code: 'SECRET_NOT_GRANTED',
    refusal: 'FORBIDDEN',
    what: 'is not among what the operator granted this project',
    resolution: 'Ask the operator for a grant (changeover secret grant), or name another secret.',
  },
  missing: {
    code: 'SECRET_MISSING',
    refusal: 'UNAVAILABLE',
    what: 'does not exist',
    resolution: 'Create it where the reference says, or correct the reference.',
  },
  unreadable: {
    code: 'SECRET_UNREADABLE',
    refusal: 'UNAVAILABLE',
    what: 'cannot be read',
    resolution: 'It has to be a variable, or a regular file that the gateway may read and not everybody may write.',
  },
  late: {
    code: 'SECRET_UNREADABLE',
    refusal: 'UNAVAILABLE',
    what: 'was not read in time',
    resolution: 'Look at the manager, or at the disk that the file lies on, then try again.',
  },
  'not-set-up': {
    code: 'SECRET_LOGIN_REFUSED',
    refusal: 'UNAVAILABLE',
    what: "cannot be read: the gateway has no usable login of that manager's",
    resolution: 'The operator gives it one by settings, as the guide on secret references shows.',
  },
  'signed-out': {
    code: 'SECRET_LOGIN_REFUSED',
    refusal: 'UNAVAILABLE',
    what: "cannot be read: the manager refused the gateway's own login",
    resolution: 'The operator checks the login that the settings name, and that it is neither expired nor disabled.',
  },
  denied: {
    code: 'SECRET_DENIED',
    refusal: 'UNAVAILABLE',
    what: 'cannot be read: the manager does not let the gateway',
    resolution: "Allow the gateway's login to read it; the guide on secret references has the statements.",
  },
  unreachable: {
    code: 'SECRET_MANAGER_UNREACHABLE',
    refusal: 'UNAVAILABLE',
    what: 'cannot be read: its manager does not answer as it should',
    resolution: 'Look at the manager, at its address in the settings, and at CHANGEOVER_EGRESS_ALLOW, then try again.',
  },
  throttled: {
    code: 'SECRET_THROTTLED',
    refusal: 'UNAVAILABLE',
    what: 'cannot be read now: its manager asked for fewer requests',
    resolution: "Try again in a minute, or have the manager's quota raised.",
  },
  'too-large': {
    code: 'SECRET_INVALID',
    refusal: 'UNAVAILABLE',
    what: 'is larger than 64 KiB',
    resolution: 'Store the credentials alone in it.',
  },
  'ill-formed': {
    code: 'SECRET_INVALID',
    refusal: 'UNAVAILABLE',
    what: 'does not hold the credentials of this kind',
    resolution: 'Store a JSON object as the guide on secret references shows.',
  },
  moved: {
    code: 'SECRET_MOVED',
    refusal: 'SECRET_REENTRY_REQUIRED',
    what: 'leads to another destination than the one this version was proven with',
    resolution:
      'If that is meant, an administrator stages the reference anew and commits it; else put the destination in the secret right.',
  },
  'bound-elsewhere': {
    code: 'SECRET_BOUND',
    refusal: 'FORBIDDEN',
    what: 'may be sent to the destination alone that it was first used with, and this is another one',
    resolution: 'Name the first destination, or ask the operator to allow this one (changeover secret allow).',
  },
} as const satisfies Record<string, Failure>;

/** What may be otherwise in a moment, with nothing done about it. */
const PASSING: ReadonlySet<SecretFailure> = new Set(['late', 'unreachable', 'throttled']);

/** Why a secret could not be read or used. It never holds anything that was read. */
export class SecretError extends Error {
  readonly failure: SecretFailure;
  /** The field that is missing or wrong, in words of ours. */
  readonly field: string | null;

  constructor(failure: SecretFailure, field: string | null = null) {
    super(failure);
    this.name = 'SecretError';
    this.failure = failure;
    this.field = field;
  }
}

/** As the result of a validation says it. */
export function secretProblem({ failure, field }: SecretError, { provider, path }: SecretReference): Problem {
  const { code, what, resolution } = FAILURES[failure];
  return {
    code,
    cause: `${provider} secret: ${failure}`,
    friendlyMessage: `The secret that ${provider}:${path} names ${what}${field === null ? '' : ` (${field})`}.`,
    resolution,
  };
}

/** The same, for whoever asked for the credentials. */
export function secretRefusal(error: SecretError, reference: SecretReference): DomainError {
  const { code, friendlyMessage, resolution } = secretProblem(error, reference);
  const { refusal } = FAILURES[error.failure];
  return new DomainError(refusal, `${friendlyMessage} ${resolution}`, {
    secret: `${reference.provider}:${reference.path}`,
    reason: code,
    ...(refusal === 'UNAVAILABLE' ? { retryAfterSeconds: 30 } : {}),
  });
}

/** The same, for a caller who wants to put it into use: a provider that was too slow may answer later; waiting helps with nothing else. */
export function secretUnusable(error: SecretError, reference: SecretReference): DomainError {
  if (PASSING.has(error.failure)) return secretRefusal(error, reference);
  const problem = secretProblem(error, reference);
  return new DomainError('VALIDATION_FAILED', `${problem.friendlyMessage} ${problem.resolution}`, { problems: [problem] });
}
