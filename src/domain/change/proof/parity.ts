import type { Version } from '../../connection/connection.ts';
import type { ParityPolicy } from '../../connection/policy.ts';
import type { Problem, ValidationCode } from '../../connector/validation.ts';
import type { ValidationOutcome } from '../../connector/validator-runner.ts';

/** The validator that compares what the new login may do with what the one in use may. A connector has it under this name, or not at all. */
export const PARITY = 'validate_permission_parity';

/** Something that the login in use may do and the new one may not, and what mends it: a GRANT, as a rule. */
export interface PermissionLoss {
  readonly permission: string;
  readonly mend: string;
}

/** Which version a commit's login is compared with, and what becomes of the commit when it may do less. */
export interface ParityRule {
  readonly comparedWith: number;
  readonly onLoss: 'refuse' | 'accept' | 'warn';
}

/**
 * Null where nothing is compared: by policy, or since no version of the same kind is in use. A roll-back to a version that was proven
 * is never refused for it: jobs have worked with that login, and whoever goes back in a hurry must not be held up by grants that came later.
 */
export function parityRule(given: {
  readonly policy: ParityPolicy;
  readonly acceptsLosses: boolean;
  readonly inUse: Pick<Version, 'kind' | 'version'> | null;
  readonly kind: string;
  /** The version that is restored; null for what is new. */
  readonly restored: Pick<Version, 'proven'> | null;
}): ParityRule | null {
  const { policy, inUse } = given;
  if (policy === 'OFF' || inUse === null || inUse.kind !== given.kind) return null;
  const isWarned = policy === 'WARN' || given.restored?.proven === true;
  return { comparedWith: inUse.version, onLoss: isWarned ? 'warn' : given.acceptsLosses ? 'accept' : 'refuse' };
}

export function lossesOf(errors: readonly Problem[]): readonly PermissionLoss[] {
  return errors
    .filter(({ code }) => code === 'PERMISSION_LOST')
    .map(({ cause, resolution }) => ({ permission: cause, mend: resolution.replace(/^Run: /, '') }));
}

/** The new login works, as validate_connection has shown; it may not look, or can't be told, what the one in use may do. */
const INCOMPARABLE: ReadonlySet<ValidationCode> = new Set(['ACCESS_DENIED', 'PERMISSION_MISSING', 'PROTOCOL_ERROR']);

/** What can't be compared is warned of, and fails nothing. */
export function asComparison(outcome: ValidationOutcome): ValidationOutcome {
  const { errors, warnings } = outcome;
  if (errors.length === 0 || !errors.every(({ code }) => INCOMPARABLE.has(code))) return outcome;
  return { ...outcome, status: 'warning', errors: [], warnings: [...errors, ...warnings] };
}

export function nothingToCompare(): ValidationOutcome {
  return {
    status: 'warning',
    errors: [],
    warnings: [
      {
        code: 'SKIPPED',
        cause: 'no login to compare with',
        friendlyMessage: 'There is no version of this kind in use whose login could be looked at, so nothing was compared.',
        resolution: 'Check by hand that the new login may do what the jobs need.',
      },
    ],
    data: null,
  };
}
