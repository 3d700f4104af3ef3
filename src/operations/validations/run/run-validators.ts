import { PARITY } from '../../../domain/change/proof/parity.ts';
import { proofSince } from '../../../domain/change/proof/proof.ts';
import { comparedWithItself, notApplicable, skippedAfter, unchecked } from '../../../domain/connector/unrun-results.ts';
import { hasPassed, type ValidationResult, visibleResult } from '../../../domain/connector/validation.ts';
import type { Validator } from '../../../domain/connector/validator.ts';
import { blockerOf, prerequisitesOf, validatorOfRelative } from '../../../domain/connector/validator-order.ts';
import { record } from '../../audit/record.ts';
import { runCandidate } from './run-candidate.ts';
import { progressTeller } from './tell-progress.ts';
import type { ValidationRun } from './validation-run.ts';

/** Runs the named validators in the connector's order; one whose prerequisite failed is skipped and says so. */
export async function validateAll(run: ValidationRun, names: readonly string[]): Promise<readonly ValidationResult[]> {
  const results: ValidationResult[] = [];
  for (const validator of run.subject.connector.validators) {
    if (!names.includes(validator.name)) continue;
    const blocker = blockerOf(validator, results);
    results.push(blocker === null ? await runAndRecord(run, validator) : await skip(run, validator, blocker));
  }
  return results;
}

/** One validator by name; prerequisites that have not passed for this candidate lately are run first. */
export async function validateOne(run: ValidationRun, name: string): Promise<ValidationResult> {
  const { connectors, store } = run.services;
  const { connector } = run.subject;
  const validator = connector.validators.find((candidate) => candidate.name === name);
  if (validator === undefined) return notApplicable(validatorOfRelative(connector, connectors.all(), name), connector, await store.now());
  if (run.options.skipValidation === true) return unchecked(validator, await store.now());
  if (comparesWithItself(run, validator)) return comparedWithItself(validator, await store.now());
  const passed = validator.after.length === 0 ? [] : await passedLately(run);
  for (const prerequisite of prerequisitesOf(connector.validators, validator, passed))
    if (!hasPassed(await runAndRecord(run, prerequisite))) return await skip(run, validator, prerequisite.name);
  return await runAndRecord(run, validator);
}

async function passedLately({ services: { store }, actor, subject: { identity } }: ValidationRun): Promise<readonly string[]> {
  if (identity === null) return [];
  return await store.read.validations.passed(actor.projectId, identity.candidateHash, proofSince(await store.now()));
}

async function skip(run: ValidationRun, validator: Validator, blocker: string): Promise<ValidationResult> {
  const result = skippedAfter(validator, blocker, await run.services.store.now());
  progressTeller(run.services, run.actor, run.subject).ended(result);
  return result;
}

async function runAndRecord(run: ValidationRun, validator: Validator): Promise<ValidationResult> {
  const { services, actor, subject } = run;
  if (comparesWithItself(run, validator)) return comparedWithItself(validator, await services.store.now());
  return await progressTeller(services, actor, subject).around(validator.name, (startedAt) => runOnce(run, validator, startedAt));
}

async function runOnce(run: ValidationRun, validator: Validator, startedAt: number): Promise<ValidationResult> {
  const { services, actor, subject } = run;
  const { store } = services;
  const { outcome, candidateHash, roles } = await runCandidate(run, validator);
  const { name, description } = validator;
  const { status, errors, warnings, data } = outcome;
  const result: ValidationResult = {
    validator: name,
    description,
    status,
    errors,
    warnings,
    data,
    startedAt,
    finishedAt: await store.now(),
  };
  const id = services.newId();
  await store.write(async (tx) => {
    const { identity, connectionId, current } = subject;
    if (identity !== null) {
      await tx.validations.record({
        id,
        projectId: actor.projectId,
        connectionId,
        changeId: identity.changeId,
        version: identity.version,
        candidateHash: candidateHash ?? identity.candidateHash,
        comparedWith: isCompared(run, validator) ? (current?.version ?? null) : null,
        ...result,
      });
    }
    await record(services, tx, actor, {
      action: 'change.validate',
      entity: 'connection',
      entityId: connectionId,
      details: {
        validator: name,
        status,
        codes: [...errors, ...warnings].map(({ code }) => code),
        changeId: identity?.changeId ?? null,
        version: identity?.version ?? null,
        // What takes proof away is known by its id, so that it is missed when it is gone.
        ...(identity === null || hasPassed(result) ? {} : { validationId: id }),
        ...(name === PARITY ? { comparedWith: current?.version ?? null } : {}),
        ...(roles.length === 0 ? {} : { awsRoles: roles }),
      },
    });
  });
  return visibleResult(result, actor);
}

/** A run that left the permissions out compared nothing, and proves nothing of them. */
function isCompared({ subject: { current }, options }: ValidationRun, { name }: Validator): boolean {
  return name === PARITY && current !== null && options.skipPermissionTests !== true;
}

function comparesWithItself({ subject: { identity, current } }: ValidationRun, { name }: Validator): boolean {
  return name === PARITY && current !== null && identity?.version === current.version;
}
