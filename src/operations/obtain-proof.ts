import type { Actor } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import { hasPassed } from '../domain/validation.ts';
import { missingProofs, type Subject, validateAll } from './run-validation.ts';
import type { Services } from './services.ts';

/**
 * Runs what a candidate still lacks proof of, all under one deadline. Callers that race for one candidate share one run.
 * Throws VALIDATION_FAILED with the problems, or UNAVAILABLE when the deadline passed.
 */
export async function obtainProof(services: Services, actor: Actor, subject: Subject): Promise<void> {
  const { identity, connector } = subject;
  if (identity === null) return;
  const missing = await missingProofs(services, actor, connector, identity.candidateHash);
  if (missing.length === 0) return;
  const deadline = AbortSignal.timeout(services.settings.proofDeadlineMs);
  const results = await services.once(`proof:${identity.candidateHash.toString('hex')}`, () =>
    validateAll(services, actor, subject, missing, { signal: deadline }),
  );
  const failed = results.filter((result) => !hasPassed(result));
  if (failed.length === 0) return;
  if (deadline.aborted) {
    throw new DomainError('UNAVAILABLE', 'The credentials could not be checked in time. Validate the change first, then save it.', {
      retryAfterSeconds: 5,
      validators: missing,
    });
  }
  const problems = failed.flatMap((result) => result.errors.map((problem) => ({ validator: result.validator, ...problem })));
  const [first] = problems;
  throw new DomainError(
    'VALIDATION_FAILED',
    `The credentials were refused: ${first?.friendlyMessage ?? 'a mandatory validation failed.'} ${first?.resolution ?? ''}`.trim(),
    { policy: 'VALIDATED', problems },
  );
}
