import { hasPassed, type ValidationResult } from '../../connector/validation.ts';
import { DomainError } from '../../errors/errors.ts';
import { lossesOf, PARITY, type ParityRule } from './parity.ts';

/** What the validators of a commit said; `late` when their deadline passed before all had their turn. */
export interface ProofRun {
  readonly results: readonly ValidationResult[];
  readonly late: boolean;
}

/**
 * Throws VALIDATION_FAILED with the problems unless all validators that were asked for have passed, or failed only because of a loss that
 * the caller accepts; UNAVAILABLE where the deadline passed before that was known.
 */
export function requirePassed({ results, late }: ProofRun, asked: readonly string[], parity: ParityRule | null): void {
  const failed = results.filter((result) => !hasPassed(result) && !(result.validator === PARITY && parity?.onLoss === 'accept'));
  if (late && (failed.length > 0 || results.length === 0)) {
    throw new DomainError('UNAVAILABLE', 'The credentials could not be checked in time. Validate the change first, then save it.', {
      retryAfterSeconds: 5,
      validators: asked,
    });
  }
  if (failed.length > 0) throw refusalOf(failed, parity);
}

function refusalOf(failed: readonly ValidationResult[], parity: ParityRule | null): DomainError {
  // A validator that was skipped because another one failed says nothing itself: the one that failed decides whether the failure is
  // temporary.
  const problems = failed
    .filter(({ status }) => status === 'failed')
    .flatMap((result) => result.errors.map((problem) => ({ validator: result.validator, ...problem })));
  const losses = lossesOf(problems);
  const [first] = problems;
  if (parity === null || losses.length === 0 || losses.length < problems.length) {
    const said = `${first?.friendlyMessage ?? 'a mandatory validation failed.'} ${first?.resolution ?? ''}`.trim();
    return new DomainError('VALIDATION_FAILED', `The credentials were refused: ${said}`, { policy: 'VALIDATED', problems });
  }
  const more = losses.length === 1 ? '' : ` and ${losses.length - 1} more`;
  return new DomainError(
    'VALIDATION_FAILED',
    `The new login works, but may not do all that the one in use may; lost: ${losses[0]?.permission}${more}. Run: ${losses[0]?.mend} Or accept the losses.`,
    { policy: 'VALIDATED', parity: 'REQUIRED', comparedWith: parity.comparedWith, losses, problems },
  );
}
