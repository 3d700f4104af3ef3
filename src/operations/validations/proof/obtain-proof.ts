import { PARITY } from '../../../domain/change/proof/parity.ts';
import { validatorsToRun } from '../../../domain/change/proof/proof.ts';
import { type ProofRun, requirePassed } from '../../../domain/change/proof/proof-refusal.ts';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import type { Services } from '../../services.ts';
import { validateAll } from '../run/run-validators.ts';
import type { Subject } from '../run/subject.ts';
import { findProof, type ToProve } from './find-proof.ts';

/**
 * Runs what a candidate still lacks proof of on its subject, all under one deadline. Callers that race for one candidate share one
 * run. Throws VALIDATION_FAILED with the problems, or UNAVAILABLE when the deadline passed.
 */
export async function obtainProof(
  services: Services,
  actor: Actor,
  { candidate, parity }: ToProve,
  subjectOf: () => Promise<Subject>,
): Promise<void> {
  const { required, compares } = validatorsToRun(await findProof(services, actor, { candidate, parity }));
  if (required.length === 0 && !compares) return;
  const subject = await subjectOf();
  const run = (names: readonly string[]) => {
    // Callers that share the run share its deadline.
    const key = `proof:${candidate.candidateHash.toString('hex')}:${parity?.comparedWith ?? ''}:${names.join()}`;
    return services.whileDialling(() => services.once(key, () => runAll(services, actor, subject, names)));
  };
  if (required.length > 0) requirePassed(await run(required), required, parity);
  // What it finds is told of and keeps nothing back: nor does it when it can't be asked.
  if (compares && !required.includes(PARITY)) await run([PARITY]).catch(ignoreRefusal);
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof DomainError)) throw error;
}

/** No results when the deadline passed before a validator could run. */
async function runAll(services: Services, actor: Actor, subject: Subject, names: readonly string[]): Promise<ProofRun> {
  const deadline = AbortSignal.timeout(services.settings.proofDeadlineMs);
  try {
    const results = await validateAll({ services, actor, subject, options: { signal: deadline, isProof: true } }, names);
    return { results, late: deadline.aborted };
  } catch (error) {
    if (!deadline.aborted || !(error instanceof DomainError) || error.code !== 'RATE_LIMITED') throw error;
    return { results: [], late: true };
  }
}
