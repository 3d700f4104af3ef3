import { lossesOf, PARITY, type ParityRule } from '../../domain/change/parity.ts';
import type { Comparison } from '../../domain/change/validation-store.ts';
import { hasPassed, type ValidationResult } from '../../domain/connector/validation.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Candidate } from '../references/resolve-credentials.ts';
import type { Services } from '../services.ts';
import { latestComparison } from './parity.ts';
import type { Subject } from './run-candidate.ts';
import { missingProofs, validateAll } from './run-validation.ts';

/**
 * Runs what a candidate still lacks proof of on its subject, all under one deadline. Callers that race for one candidate share one
 * run. Throws VALIDATION_FAILED with the problems, or UNAVAILABLE when the deadline passed.
 */
export async function obtainProof(
  services: Services,
  actor: Actor,
  candidate: Pick<Candidate, 'kind' | 'candidateHash'>,
  parity: ParityRule | null,
  subjectOf: () => Promise<Subject>,
): Promise<void> {
  const missing = await missingProofs(services, actor, candidate);
  const compared = parity === null ? null : await latestComparison(services, actor, candidate, parity);
  const isLacking = parity !== null && (compared === null || !hasPassed(compared));
  if (isLacking && parity.onLoss !== 'warn') missing.push(PARITY);
  const subject = missing.length > 0 || isLacking ? await subjectOf() : null;
  if (subject === null) return;
  const run = (names: readonly string[]) => {
    // Callers that share the run share its deadline.
    const key = `proof:${candidate.candidateHash.toString('hex')}:${parity?.comparedWith ?? ''}:${names.join()}`;
    return services.whileDialling(() => services.once(key, () => runAll(services, actor, subject, names)));
  };
  if (missing.length > 0) requirePassed(await run(missing), missing, parity);
  // The comparison only warns: what it finds does not refuse the commit, and neither does a comparison that cannot be made.
  if (isLacking && parity.onLoss === 'warn') await run([PARITY]).catch(ignoreRefusal);
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

function requirePassed(
  { results, late }: { readonly results: readonly ValidationResult[]; readonly late: boolean },
  missing: readonly string[],
  parity: ParityRule | null,
): void {
  const failed = results.filter((result) => !hasPassed(result) && !(result.validator === PARITY && parity?.onLoss === 'accept'));
  if (late && (failed.length > 0 || results.length === 0)) {
    throw new DomainError('UNAVAILABLE', 'The credentials could not be checked in time. Validate the change first, then save it.', {
      retryAfterSeconds: 5,
      validators: missing,
    });
  }
  if (failed.length > 0) throw refusalOf(failed, parity);
}

function refusalOf(failed: readonly ValidationResult[], parity: ParityRule | null): DomainError {
  // A validator that was skipped because another one failed says nothing itself: the other one's failure decides whether a later try may pass.
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

/** No results when the deadline passed before a validator could run. */
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
 * Looks again inside the transaction: proof may have aged, been taken away by a later failure, never been asked for under the policy
 * of before, or compare with a version that is no longer in use. Throws VALIDATION_FAILED.
 */
export async function requireProof(
  services: Services,
  actor: Actor,
  tx: Writers,
  candidate: Pick<Candidate, 'kind' | 'candidateHash'>,
  parity: ParityRule | null,
): Promise<Comparison | null> {
  const missing = await missingProofs(services, actor, candidate, tx);
  const compared = parity === null ? null : await latestComparison(services, actor, candidate, parity, tx);
  if (parity !== null && !suffices(parity, compared)) missing.push(PARITY);
  if (missing.length > 0)
    throw new DomainError('VALIDATION_FAILED', 'The proof of these credentials no longer holds. Send the request again.', {
      policy: 'VALIDATED',
      validators: missing,
    });
  return compared;
}

/** Whether the comparison allows the commit. Under WARN it always does; losses can be accepted only after they were looked for. */
function suffices({ onLoss }: ParityRule, compared: Comparison | null): boolean {
  if (onLoss === 'warn') return true;
  return compared !== null && (onLoss === 'accept' || hasPassed(compared));
}

/** Whether there is proof, even if the policy does not ask for it. */
export async function isProven(
  services: Services,
  actor: Actor,
  tx: Writers,
  candidate: Pick<Candidate, 'kind' | 'candidateHash'>,
  parity: ParityRule | null,
): Promise<boolean> {
  if ((await missingProofs(services, actor, candidate, tx)).length > 0) return false;
  return parity === null || suffices(parity, await latestComparison(services, actor, candidate, parity, tx));
}
