import { type Change, PROOF_MAX_AGE_MS } from '../../domain/change/change.ts';
import { PARITY } from '../../domain/change/parity.ts';
import type { Version } from '../../domain/connection/connection.ts';
import type { Connector, Validator, ValidatorOptions } from '../../domain/connector/connector.ts';
import { hasPassed, type Problem, type ValidationResult, visibleResult } from '../../domain/connector/validation.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { findChange, requireOpen } from '../changes/find-change.ts';
import { readNewDetails, readUpdate, type StageCreation, type StageUpdate } from '../changes/stage-change.ts';
import { chooseSite, requireReachable } from '../connections/choose-site.ts';
import { connectorOf, loadConnection, requireReachableSite } from '../connections/load-connection.ts';
import { candidateOf, resolveCredentials } from '../references/resolve-credentials.ts';
import type { Opened } from '../references/resolve-reference.ts';
import { record, type Services, scopeOf } from '../services.ts';
import { runCandidate, type Subject, unstored } from './run-candidate.ts';
import { progressTeller } from './tell-progress.ts';

export interface TestOptions extends Partial<ValidatorOptions> {
  /** The site to dial from, for details that no site holds yet; the project's only one when null. */
  readonly siteId?: string | null;
  /** Answers that nothing was checked, and records no proof. */
  readonly skipValidation?: boolean;
  /** Ends the run early; the validators' sockets are destroyed. */
  readonly signal?: AbortSignal;
  /** A commit waits for this run, so it goes before runs that somebody only wants to see. */
  readonly isProof?: boolean;
}

/** Runs one validator on a staged candidate and records the result against exactly that candidate. A failed validation is a result, not an error. */
export async function validateChange(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly kind?: string; readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  const change = await findChange(services, actor, input.key);
  await requireOpen(change, services.store);
  const connector = connectorOf(services, change.kind);
  if (input.kind !== undefined && !servesKind(services, connector, input.kind)) {
    throw badRequest('connectionType', `The temporary key belongs to a change of kind "${connector.kind}".`, { kind: connector.kind });
  }
  return await validateOne(services, actor, await subjectOfChange(services, actor, change), input.validator, input);
}

/** Runs one validator on the CURRENT version, or all in order when none is named. */
export async function testConnection(
  services: Services,
  actor: Actor,
  input: {
    readonly connectionId: string;
    readonly validator?: string;
    /** The version whose login is compared with the current one. Without it nothing is compared. */
    readonly comparedWith?: Version | null;
  } & TestOptions,
): Promise<readonly ValidationResult[]> {
  requirePermission(actor, 'validate');
  const subject = await subjectOfVersion(services, actor, input.connectionId, input.comparedWith ?? null);
  if (input.validator !== undefined) return [await validateOne(services, actor, subject, input.validator, input)];
  return await validateAll(
    services,
    actor,
    subject,
    subject.connector.validators.map(({ name }) => name),
    input,
  );
}

/** Runs one validator on details that are not stored, and stores nothing of them but the audit's field names. */
export async function testDetails(
  services: Services,
  actor: Actor,
  input: StageCreation & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'create');
  const { connector, details } = readNewDetails(services, input);
  requireReachable(await chooseSite(services.store.read, actor, input.siteId ?? null));
  const subject: Subject = { connector, current: null, connectionId: services.newId(), ...unstored(details) };
  return await validateOne(services, actor, subject, input.validator, input);
}

/** Runs one validator on a connection's details with changes laid over them, which are not stored. Throws what staging them would throw. */
export async function testUpdate(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
  requirePermission(actor, 'stage');
  const { loaded, next } = await readUpdate(services, actor, input);
  await requireReachableSite(services, loaded.connection);
  const subject: Subject = {
    connector: loaded.connector,
    current: loaded.current,
    connectionId: input.connectionId,
    ...unstored(next),
  };
  return await validateOne(services, actor, subject, input.validator, input);
}

/** True when a caller's spelling of a kind names this connector, or the family it is a member of. */
export function servesKind(services: Pick<Services, 'connectors'>, connector: Connector, kind: string): boolean {
  return (
    services.connectors.find(kind)?.kind === connector.kind || kind.trim().toLowerCase().replaceAll('_', '-') === connector.family?.kind
  );
}

export async function subjectOfChange(services: Services, actor: Actor, change: Change): Promise<Subject> {
  const loaded = change.purpose === 'create' ? null : await loadConnection(services, actor, change.connectionId);
  if (loaded !== null) await requireReachableSite(services, loaded.connection);
  return {
    connector: connectorOf(services, change.kind),
    connectionId: change.connectionId,
    open: (options) => openStaged(services, actor, change, options),
    reference: change.reference,
    current: loaded?.current.kind === change.kind ? loaded.current : null,
    identity: { changeId: change.id, version: null, candidateHash: (await candidateOf(services, actor, change, false)).candidateHash },
  };
}

/** If the content does not open because the change has ended in the meantime, it was not altered. Throws CHANGE_OUTDATED or CHANGE_EXPIRED then. */
async function openStaged(services: Services, actor: Actor, change: Change, options: { readonly fresh: boolean }): Promise<Opened> {
  try {
    return await resolveCredentials(services, actor, change, options);
  } catch (error) {
    const latest = await services.store.read.changes.findByKeyHash(scopeOf(actor), change.keyHash);
    if (latest !== null) await requireOpen(latest, services.store);
    throw error;
  }
}

/** The CURRENT version. Its permissions are compared with those of the version that it took the place of, where that is given. */
export async function subjectOfVersion(
  services: Services,
  actor: Actor,
  connectionId: string,
  before: Version | null = null,
): Promise<Subject> {
  const { connection, current, connector } = await loadConnection(services, actor, connectionId);
  await requireReachableSite(services, connection);
  return {
    connector,
    connectionId,
    open: (options) => resolveCredentials(services, actor, current, options),
    reference: current.reference,
    current: before !== null && before.kind === current.kind ? before : current,
    identity: {
      changeId: null,
      version: current.version,
      candidateHash: (await candidateOf(services, actor, current, false)).candidateHash,
    },
  };
}

/** Runs the named validators in the connector's order; one whose prerequisite failed is skipped and says so. */
export async function validateAll(
  services: Services,
  actor: Actor,
  subject: Subject,
  names: readonly string[],
  options: TestOptions,
): Promise<readonly ValidationResult[]> {
  const results: ValidationResult[] = [];
  for (const validator of subject.connector.validators) {
    if (!names.includes(validator.name)) continue;
    const blocker = validator.after.find((name) => results.some((result) => result.validator === name && !hasPassed(result)));
    if (blocker === undefined) {
      results.push(await runAndRecord(services, actor, subject, validator, options));
      continue;
    }
    const result = await skipped(services, validator, blocker);
    progressTeller(services, actor, subject).ended(result);
    results.push(result);
  }
  return results;
}

/** One validator by name; prerequisites that have not passed for this candidate lately are run first. */
export async function validateOne(
  services: Services,
  actor: Actor,
  subject: Subject,
  name: string,
  options: TestOptions,
): Promise<ValidationResult> {
  const validator = subject.connector.validators.find((candidate) => candidate.name === name);
  if (validator === undefined) return await notApplicable(services, subject.connector, name);
  if (options.skipValidation === true) return await unchecked(services, validator);
  if (comparesWithItself(subject, validator)) return await comparedWithItself(services, validator);
  const passed = validator.after.length === 0 ? [] : await passedLately(services, actor, subject);
  for (const prerequisite of subject.connector.validators) {
    if (!validator.after.includes(prerequisite.name) || passed.includes(prerequisite.name)) continue;
    if (hasPassed(await runAndRecord(services, actor, subject, prerequisite, options))) continue;
    const result = await skipped(services, validator, prerequisite.name);
    progressTeller(services, actor, subject).ended(result);
    return result;
  }
  return await runAndRecord(services, actor, subject, validator, options);
}

async function passedLately({ store }: Services, actor: Actor, { identity }: Subject): Promise<readonly string[]> {
  if (identity === null) return [];
  return await store.read.validations.passed(actor.projectId, identity.candidateHash, (await store.now()) - PROOF_MAX_AGE_MS);
}

async function runAndRecord(
  services: Services,
  actor: Actor,
  subject: Subject,
  validator: Validator,
  options: TestOptions,
): Promise<ValidationResult> {
  if (comparesWithItself(subject, validator)) return await comparedWithItself(services, validator);
  return await progressTeller(services, actor, subject).around(validator.name, (startedAt) =>
    runOnce(services, actor, subject, validator, { ...options, startedAt }),
  );
}

async function runOnce(
  services: Services,
  actor: Actor,
  subject: Subject,
  validator: Validator,
  { startedAt, ...options }: TestOptions & { readonly startedAt: number },
): Promise<ValidationResult> {
  const { outcome, candidateHash } = await runCandidate(services, actor, subject, validator, options);
  const { status, errors, warnings, data } = outcome;
  const result: ValidationResult = {
    validator: validator.name,
    description: validator.description,
    status,
    errors,
    warnings,
    data,
    startedAt,
    finishedAt: await services.store.now(),
  };
  await services.store.write(async (tx) => {
    if (subject.identity !== null) {
      await tx.validations.record({
        id: services.newId(),
        projectId: actor.projectId,
        connectionId: subject.connectionId,
        changeId: subject.identity.changeId,
        version: subject.identity.version,
        candidateHash: candidateHash ?? subject.identity.candidateHash,
        comparedWith: isCompared(subject, validator, options) ? (subject.current?.version ?? null) : null,
        ...result,
      });
    }
    await record(services, tx, actor, {
      action: 'change.validate',
      entity: 'connection',
      entityId: subject.connectionId,
      details: {
        validator: validator.name,
        status,
        codes: [...errors, ...warnings].map(({ code }) => code),
        changeId: subject.identity?.changeId ?? null,
        version: subject.identity?.version ?? null,
        ...(validator.name === PARITY ? { comparedWith: subject.current?.version ?? null } : {}),
      },
    });
  });
  return visibleResult(result, actor);
}

/** A run that left the permissions out compared nothing, and proves nothing of them. */
function isCompared({ current }: Subject, { name }: Validator, { skipPermissionTests }: TestOptions): boolean {
  return name === PARITY && current !== null && skipPermissionTests !== true;
}

function comparesWithItself({ identity, current }: Subject, { name }: Validator): boolean {
  return name === PARITY && current !== null && identity?.version === current.version;
}

async function answer(
  services: Services,
  named: { readonly name: string; readonly description: string },
  status: ValidationResult['status'],
  problem: Problem,
  failed = status === 'skipped',
): Promise<ValidationResult> {
  const now = await services.store.now();
  return {
    validator: named.name,
    description: named.description,
    status,
    errors: failed ? [problem] : [],
    warnings: failed ? [] : [problem],
    data: null,
    startedAt: now,
    finishedAt: now,
  };
}

function skipped(services: Services, validator: Validator, blocker: string): Promise<ValidationResult> {
  return answer(services, validator, 'skipped', {
    code: 'SKIPPED',
    cause: `${blocker} failed`,
    friendlyMessage: `Not run, because ${blocker} did not pass.`,
    resolution: `Mend what ${blocker} reports, then run this one again.`,
  });
}

/** A result that fails nothing and says that nothing was checked. */
function comparedWithItself(services: Services, validator: Validator): Promise<ValidationResult> {
  const problem: Problem = {
    code: 'SKIPPED',
    cause: 'the version in use would be compared with itself',
    friendlyMessage: 'Not run: this is the version in use, and there is no other one to compare it with.',
    resolution: 'Nothing needs to be done.',
  };
  return answer(services, validator, 'skipped', problem, false);
}

function unchecked(services: Services, validator: Validator): Promise<ValidationResult> {
  return answer(services, validator, 'warning', {
    code: 'SKIPPED',
    cause: 'skipValidation was set',
    friendlyMessage: 'Nothing was checked, as was asked for.',
    resolution: 'Run it again without skipValidation before saving.',
  });
}

/** A name that another member of the family has succeeds with a warning; a name that nobody has is the caller's mistake. */
async function notApplicable(services: Services, connector: Connector, name: string): Promise<ValidationResult> {
  const relatives =
    connector.family === null ? [] : services.connectors.all().filter((candidate) => candidate.family?.kind === connector.family?.kind);
  const known = relatives.flatMap((relative) => relative.validators).find((candidate) => candidate.name === name);
  if (known === undefined) {
    const names = connector.validators.map((candidate) => candidate.name);
    throw badRequest('validationName', `Kind "${connector.kind}" has these validations: ${names.join(', ')}.`, { known: names });
  }
  return await answer(services, known, 'warning', {
    code: 'UNKNOWN_VALIDATOR',
    cause: `not applicable to ${connector.kind}`,
    friendlyMessage: `This validation does not apply to ${connector.title}.`,
    resolution: 'Nothing needs to be done.',
  });
}

/** Validators that a candidate still lacks proof of, in order; inside a transaction as that sees it. */
export async function missingProofs(
  services: Services,
  actor: Actor,
  { kind, candidateHash }: Pick<Change, 'kind' | 'candidateHash'>,
  tx?: Writers,
): Promise<string[]> {
  const since = (await (tx ?? services.store).now()) - PROOF_MAX_AGE_MS;
  const passed = await (tx ?? services.store.read).validations.passed(actor.projectId, candidateHash, since);
  return connectorOf(services, kind)
    .validators.filter(({ mandatory, name }) => mandatory && !passed.includes(name))
    .map(({ name }) => name);
}
