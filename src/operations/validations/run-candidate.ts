import { asComparison, nothingToCompare, PARITY } from '../../domain/change/parity.ts';
import type { Version } from '../../domain/connection/connection.ts';
import { type Details, splitDetails } from '../../domain/connection/details.ts';
import type { SecretReference } from '../../domain/connection/secret-reference.ts';
import type { Connector, Validator, ValidatorOptions } from '../../domain/connector/connector.ts';
import type { ValidationOutcome, ValidatorTask } from '../../domain/connector/validator-runner.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { SecretError, secretProblem } from '../../domain/errors/secret-error.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { resolveCredentials } from '../references/resolve-credentials.ts';
import type { Opened } from '../references/resolve-reference.ts';
import { actorId, type Services } from '../services.ts';

/** What is validated: a change's candidate, a saved version, or details that are not stored (`identity` null: nothing is recorded as proof). */
export interface Subject {
  readonly connector: Connector;
  readonly connectionId: string;
  /** Throws SecretError where the secret that is referred to is not to be had. */
  open(options: { readonly fresh: boolean }): Promise<Opened>;
  readonly reference: SecretReference | null;
  /** The version in use, when it is of the same kind; for one that was put into use unproven, the one before. */
  readonly current: Version | null;
  readonly identity: { readonly changeId: string | null; readonly version: number | null; readonly candidateHash: Buffer } | null;
}

/** For details that are not stored anywhere: no proof is bound to them. */
export function unstored(details: Details): Pick<Subject, 'open' | 'reference' | 'identity'> {
  return { open: async () => ({ details, candidateHash: NONE, boundTo: null, isKept: false }), reference: null, identity: null };
}

const NONE = Buffer.alloc(0);

interface Run {
  readonly outcome: ValidationOutcome;
  /** Null if there was nothing to run it on. */
  readonly candidateHash: Buffer | null;
}

interface RunOptions extends Partial<ValidatorOptions> {
  readonly signal?: AbortSignal;
  /** A commit waits for this run. */
  readonly isProof?: boolean;
}

/**
 * Runs a validator on what the subject opens to. A secret that is not to be had is a failed run. A login that is refused with a
 * secret that was kept is tried with what the secret is now, once.
 */
export async function runCandidate(
  services: Services,
  actor: Actor,
  subject: Subject,
  validator: Validator,
  options: RunOptions,
): Promise<Run> {
  try {
    const opened = await subject.open({ fresh: false });
    const outcome = await runOn(services, actor, subject, validator, opened.details, options);
    const isRefused = opened.isKept && outcome.errors.some(({ code }) => code === 'CREDENTIALS_REJECTED');
    const latest = isRefused ? await subject.open({ fresh: true }) : opened;
    if (latest.candidateHash.equals(opened.candidateHash)) return { outcome, candidateHash: opened.candidateHash };
    return { outcome: await runOn(services, actor, subject, validator, latest.details, options), candidateHash: latest.candidateHash };
  } catch (error) {
    if (!(error instanceof SecretError) || subject.reference === null) throw error;
    const errors = [secretProblem(error, subject.reference)];
    return { outcome: { status: 'failed', errors, warnings: [], data: null }, candidateHash: null };
  }
}

async function runOn(
  services: Services,
  actor: Actor,
  subject: Subject,
  validator: Validator,
  credentials: Details,
  { signal, isProof = false, skipPermissionTests = false }: RunOptions,
): Promise<ValidationOutcome> {
  const current = await currentDetails(services, actor, subject, validator);
  if (validator.name === PARITY && current === null) return nothingToCompare();
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
    options: { skipPermissionTests },
  };
  const outcome = await services.whileDialling(() => services.runner.run(task, signal));
  return validator.name === PARITY ? asComparison(outcome) : outcome;
}

/** There is nothing to compare with if the secret of the version in use cannot be read, or was altered or destroyed. */
async function currentDetails(
  services: Services,
  actor: Actor,
  { current, connector }: Subject,
  { comparesLogins }: Validator,
): Promise<Details | null> {
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
