import type { Actor } from '../domain/actor.ts';
import { DomainError } from '../domain/errors.ts';
import type { Writers } from '../domain/store.ts';
import { hasPassed } from '../domain/validation.ts';
import type { Candidate } from './open-resolved.ts';
import type { Subject } from './run-candidate.ts';
import { missingProofs, validateAll } from './run-validation.ts';
import type { Services } from './services.ts';

/**
 * Runs what a candidate still lacks proof of on its subject, all under one deadline. Callers that race for one candidate share one
 * run. Throws VALIDATION_FAILED with the problems, or UNAVAILABLE when the deadline passed.
 */
export async function obtainProof(
  services: Services,
  actor: Actor,
  candidate: Pick<Candidate, 'kind' | 'candidateHash'>,
  subjectOf: () => Promise<Subject>,
): Promise<void> {
  const missing = await missingProofs(services, actor, candidate);
  if (missing.length === 0) return;
  const subject = await subjectOf();
  // Whoever shares the run shares its deadline.
  const { results, late } = await services.whileDialling(() =>
    services.once(`proof:${candidate.candidateHash.toString('hex')}`, () => runAll(services, actor, subject, missing)),
  );
  const failed = results.filter((result) => !hasPassed(result));
  if (late && (failed.length > 0 || results.length === 0)) {
    throw new DomainError('UNAVAILABLE', 'The credentials could not be checked in time. Validate the change first, then save it.', {
      retryAfterSeconds: 5,
      validators: missing,
    });
  }
  if (failed.length === 0) return;
  const problems = failed.flatMap((result) => result.errors.map((problem) => ({ validator: result.validator, ...problem })));
  const [first] = problems;
  throw new DomainError(
    'VALIDATION_FAILED',
    `The credentials were refused: ${first?.friendlyMessage ?? 'a mandatory validation failed.'} ${first?.resolution ?? ''}`.trim(),
    { policy: 'VALIDATED', problems },
  );
}

/** No results where the deadline passed before a validator had its turn. */
async function runAll(services: Services, actor: Actor, subject: Subject, missing: readonly string[]) {
  const deadline = AbortSignal.timeout(services.settings.proofDeadlineMs);
  try {
    return { results: await validateAll(services, actor, subject, missing, { signal: deadline, isProof: true }), late: deadline.aborted };
  } catch (error) {
    if (!deadline.aborted || !(error instanceof DomainError) || error.code !== 'RATE_LIMITED') throw error;
    return { results: [], late: true };
  }
}

/**
 * Looks again inside the transaction: proof may have aged, been taken away by a later failure, or never been asked for under the
 * policy of before. Throws VALIDATION_FAILED.
 */
export async function requireProof(
  services: Services,
  actor: Actor,
  tx: Writers,
  candidate: Pick<Candidate, 'kind' | 'candidateHash'>,
): Promise<void> {
  const missing = await missingProofs(services, actor, candidate, tx);
  if (missing.length > 0)
    throw new DomainError('VALIDATION_FAILED', 'The proof of these credentials no longer holds. Send the request again.', {
      policy: 'VALIDATED',
      validators: missing,
    });
}
