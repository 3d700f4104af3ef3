import type { Connector } from './connector.ts';
import type { Problem, ValidationResult } from './validation.ts';
import type { Validator } from './validator.ts';

/**
 * Results of validators that were not run, each with the reason. One whose prerequisite failed counts as failed, and so does one whose
 * details do not fit; the others are no failures, and say that nothing was checked.
 */

type Named = Pick<Validator, 'name' | 'description'>;

export function skippedAfter(validator: Named, blocker: string, now: number): ValidationResult {
  const problem: Problem = {
    code: 'SKIPPED',
    cause: `${blocker} failed`,
    friendlyMessage: `Not run, because ${blocker} did not pass.`,
    resolution: `Mend what ${blocker} reports, then run this one again.`,
  };
  return { ...unrun(validator, 'skipped', now), errors: [problem] };
}

export function comparedWithItself(validator: Named, now: number): ValidationResult {
  const problem: Problem = {
    code: 'SKIPPED',
    cause: 'the version in use would be compared with itself',
    friendlyMessage: 'Not run: this is the version in use, and there is no other one to compare it with.',
    resolution: 'Nothing needs to be done.',
  };
  return { ...unrun(validator, 'skipped', now), warnings: [problem] };
}

export function unchecked(validator: Named, now: number): ValidationResult {
  const problem: Problem = {
    code: 'SKIPPED',
    cause: 'skipValidation was set',
    friendlyMessage: 'Nothing was checked, as was asked for.',
    resolution: 'Run it again without skipValidation before saving.',
  };
  return { ...unrun(validator, 'warning', now), warnings: [problem] };
}

interface Unfit {
  readonly validationCode: Problem['code'];
  /** They name fields, and quote no value. */
  readonly problems: readonly { readonly path: string; readonly message: string }[];
}

export function unfit(validator: Named, { validationCode, problems }: Unfit, now: number): ValidationResult {
  const errors = problems.map(
    ({ path, message }): Problem => ({
      code: validationCode,
      cause: message.startsWith(path) ? message : `${path}: ${message}`,
      friendlyMessage: `The details do not fit, so nothing was dialled: ${path}.`,
      resolution: `Mend ${path}, then run this one again.`,
    }),
  );
  return { ...unrun(validator, 'failed', now), errors };
}

/** Another member of the family has the validator. */
export function notApplicable(validator: Named, { kind, title }: Pick<Connector, 'kind' | 'title'>, now: number): ValidationResult {
  const problem: Problem = {
    code: 'UNKNOWN_VALIDATOR',
    cause: `not applicable to ${kind}`,
    friendlyMessage: `This validation does not apply to ${title}.`,
    resolution: 'Nothing needs to be done.',
  };
  return { ...unrun(validator, 'warning', now), warnings: [problem] };
}

function unrun({ name, description }: Named, status: ValidationResult['status'], now: number): ValidationResult {
  return { validator: name, description, status, errors: [], warnings: [], data: null, startedAt: now, finishedAt: now };
}
