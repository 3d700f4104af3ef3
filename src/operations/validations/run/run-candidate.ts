import { asComparison, nothingToCompare, PARITY } from '../../../domain/change/proof/parity.ts';
import { type Details, splitDetails } from '../../../domain/connection/details/details.ts';
import type { Validator } from '../../../domain/connector/validator.ts';
import type { ValidationOutcome, ValidatorTask } from '../../../domain/connector/validator-runner.ts';
import { DomainError } from '../../../domain/errors/errors.ts';
import { SecretError, secretProblem } from '../../../domain/errors/secret-error.ts';
import { gatewayAccess } from '../../aws/gateway-access.ts';
import { resolveCredentials } from '../../references/resolve-credentials.ts';
import { unreadableName } from '../../references/resolve-named.ts';
import { actorId } from '../../services.ts';
import type { ValidationRun } from './validation-run.ts';

interface CandidateOutcome {
  readonly outcome: ValidationOutcome;
  /** Null if there was nothing to run it on. */
  readonly candidateHash: Buffer | null;
  /** Roles that the gateway's own AWS identity might be used for. */
  readonly roles: readonly string[];
}

/**
 * Runs a validator on what the subject opens to. A secret that is not to be had is a failed run. A login that is refused with a
 * secret that was kept is tried with what the secret is now, once.
 */
export async function runCandidate(run: ValidationRun, validator: Validator): Promise<CandidateOutcome> {
  const { subject } = run;
  try {
    const opened = await subject.open({ fresh: false });
    const first = await runOn(run, validator, opened.details);
    const isRefused = opened.isKept && first.outcome.errors.some(({ code }) => code === 'CREDENTIALS_REJECTED');
    const latest = isRefused ? await subject.open({ fresh: true }) : opened;
    if (latest.candidateHash.equals(opened.candidateHash)) return { ...first, candidateHash: opened.candidateHash };
    return { ...(await runOn(run, validator, latest.details)), candidateHash: latest.candidateHash };
  } catch (error) {
    if (!(error instanceof SecretError) || subject.reference === null) throw error;
    const errors = [secretProblem(error, subject.reference)];
    return { outcome: failedBy(errors), candidateHash: null, roles: [] };
  }
}

function failedBy(errors: ValidationOutcome['errors']): ValidationOutcome {
  return { status: 'failed', errors, warnings: [], data: null };
}

async function runOn(run: ValidationRun, validator: Validator, credentials: Details): Promise<Omit<CandidateOutcome, 'candidateHash'>> {
  const { services, actor, subject, options } = run;
  const { signal, isProof = false, skipPermissionTests = false, describes } = options;
  const current = await currentDetails(run, validator);
  if (validator.name === PARITY && current === null) return { outcome: nothingToCompare(), roles: [] };
  const access = await gatewayAccess(services, actor.projectId, subject.connector, {
    credentials,
    current: validator.comparesLogins ? current : null,
  });
  if ('missing' in access) return { outcome: failedBy([access.missing]), roles: [] };
  const unreadable = await unreadableName(services, actor, { projectId: actor.projectId, kind: subject.connector.kind }, credentials);
  if (unreadable !== null) return { outcome: failedBy([secretProblem(unreadable.error, unreadable.reference)]), roles: [] };
  const task: ValidatorTask = {
    kind: subject.connector.kind,
    validator: validator.name,
    requestId: actor.request.id,
    projectId: actor.projectId,
    connectionId: subject.connectionId,
    callerId: actorId(actor),
    isProof,
    credentials,
    current,
    options: { skipPermissionTests, ...(describes === undefined ? {} : { describes }) },
    gatewayAws: access.granted,
  };
  const outcome = await services.whileDialling(() => services.runner.run(task, signal));
  return { outcome: validator.name === PARITY ? asComparison(outcome) : outcome, roles: access.granted?.roles ?? [] };
}

/** A version in use whose secret is not to be had, or was altered or destroyed, leaves nothing to compare with. */
async function currentDetails({ services, actor, subject }: ValidationRun, { comparesLogins }: Validator): Promise<Details | null> {
  const { current, connector } = subject;
  if (current === null) return null;
  if (current.reference === null && !comparesLogins) return current.settings;
  try {
    const { details } = await resolveCredentials(services, actor, current);
    return comparesLogins ? details : splitDetails(connector, details).settings;
  } catch (error) {
    if (error instanceof SecretError || (error instanceof DomainError && error.code === 'INTEGRITY')) return null;
    throw error;
  }
}
