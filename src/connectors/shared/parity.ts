import type { ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';

/** Most problems that are listed one by one; the rest is counted. */
const MOST = 50;

/** Something that the login in use may do and the new one may not, and the statement that gives it. */
export interface Loss {
  readonly what: string;
  readonly mend: string;
}

export function reportLosses(comparedWith: string | null, losses: readonly Loss[]): ValidatorReport {
  const errors = losses.slice(0, MOST).map(
    ({ what, mend }): Problem => ({
      code: 'PERMISSION_LOST',
      cause: what,
      friendlyMessage: `The login in use may do this, and the new one may not: ${what}.`,
      resolution: `Run: ${mend}`,
    }),
  );
  return { errors, warnings: [], data: { returnedData: { comparedWith, lost: losses.length } } };
}

/** One login needs no comparison, unless it is one of that name on another system: what it may do there nobody has looked at. */
export function reportSameLogin(login: string, isSameSystem: boolean): ValidatorReport {
  return isSameSystem
    ? reportLosses(login, [])
    : reportNoComparison(
        'the same login on another system',
        'The login is called the same, but on another server or database, so there is nothing to compare with.',
      );
}

/** Where the login in use can't be looked at, nothing is known; that is said, and fails nothing. */
export function reportNoComparison(cause: string, friendlyMessage: string): ValidatorReport {
  return {
    errors: [],
    warnings: [{ code: 'SKIPPED', cause, friendlyMessage, resolution: 'Check by hand that the new login may do what the jobs need.' }],
  };
}
