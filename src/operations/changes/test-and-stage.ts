import { isStillOpen } from '../../domain/change/open-change.ts';
import { hasPassed, type ValidationResult } from '../../domain/connector/validation.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { NewReference } from '../references/read-reference.ts';
import { stageReferenceCreation } from '../references/stage-reference.ts';
import type { Services } from '../services.ts';
import { requireDialable } from '../sites/require-site.ts';
import { validateAll } from '../validations/run/run-validators.ts';
import { subjectOfChange } from '../validations/run/subject.ts';
import type { TestOptions } from '../validations/run/validation-run.ts';
import { discardChange } from './discard-change.ts';
import type { StagedChange } from './insert-change.ts';
import { type StageCreation, stageCreation } from './stage-creation.ts';

export interface TestedStaging {
  /** Null when a validation failed: the details are then kept nowhere. */
  readonly key: string | null;
  readonly results: readonly ValidationResult[];
}

/** Stages the details of a connection to be created and runs every validator on them, which counts as proof for the commit. Throws BAD_REQUEST, UNKNOWN_OPTION, RATE_LIMITED, and CHANGE_OUTDATED for a request that failed too often under its idempotency id. */
export async function testAndStage(services: Services, actor: Actor, input: StageCreation & TestOptions): Promise<TestedStaging> {
  await requireSiteFor(services, actor, input);
  const staged = await stageAnew(services, (quiet) => stageCreation(quiet, actor, input));
  return await proveStaged(services, actor, staged, input);
}

/** The same for credentials that stay in an outside manager. */
export async function testAndStageReference(services: Services, actor: Actor, input: NewReference & TestOptions): Promise<TestedStaging> {
  await requireSiteFor(services, actor, input);
  const staged = await stageAnew(services, (quiet) => stageReferenceCreation(quiet, actor, input));
  return await proveStaged(services, actor, staged, input);
}

/** Runs of one request under one idempotency id that failed for a temporary reason. */
const MOST_TRIES = 10;

/**
 * What an earlier run of the same request staged is used again while it is open. A run that failed has discarded it, and one that was
 * broken off may have left it to expire: the next run stages anew then, since a key of what has ended is good for nothing.
 */
async function stageAnew(services: Services, stage: (services: Services) => Promise<StagedChange>): Promise<StagedChange> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const staged = await stage(unchanged(services));
    if (isStillOpen(staged.change, await services.store.now())) return staged;
  }
  throw new DomainError('CHANGE_OUTDATED', 'This request failed too often under its idempotency id. Send it under a new one.');
}

/** What is staged may be discarded again, and has then changed nothing. */
function unchanged(services: Services): Services {
  return { ...services, changed: () => undefined };
}

/** Nothing is staged where it can't be proven. */
async function requireSiteFor(services: Services, actor: Actor, { siteId, skipValidation }: TestOptions): Promise<void> {
  requirePermission(actor, 'create');
  if (skipValidation !== true) await requireDialable(services, actor, siteId);
}

async function proveStaged(services: Services, actor: Actor, { change, key }: StagedChange, input: TestOptions): Promise<TestedStaging> {
  if (input.skipValidation === true) {
    services.changed();
    return { key, results: [] };
  }
  const subject = await subjectOfChange(services, actor, change);
  const names = subject.connector.validators.map(({ name }) => name);
  const results = await validateAll({ services, actor, subject, options: input }, names);
  if (results.every(hasPassed)) {
    services.changed();
    return { key, results };
  }
  await discardChange(unchanged(services), actor, change.id);
  return { key: null, results };
}
