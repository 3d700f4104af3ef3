import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { StagedChange } from '../changes/insert-change.ts';
import { isUnchanged, type StageUpdate, stageUpdate } from '../changes/stage-update.ts';
import { type ReferenceUpdate, stageReferenceUpdate } from '../references/stage-reference.ts';
import type { Services } from '../services.ts';
import { commitChange } from './commit-change.ts';
import type { CommitOutcome } from './commit-locked.ts';
import type { WaitingCommit } from './commit-options.ts';

type ProofOptions = Pick<WaitingCommit, 'skipProof' | 'acceptsLosses'>;

/** Stage and commit in one call, under the same rules. A refused commit leaves the staged change to expire. */
export async function updateConnection(services: Services, actor: Actor, input: StageUpdate & ProofOptions): Promise<CommitOutcome> {
  requirePermission(actor, 'commit');
  return await commitStaged(services, actor, await stageUpdate(services, actor, input), input);
}

/**
 * The same for callers that send all they have again and again: null, and no new version, where no value differs and no secret is given,
 * which always counts as another.
 */
export async function updateIfChanged(services: Services, actor: Actor, input: StageUpdate & ProofOptions): Promise<CommitOutcome | null> {
  requirePermission(actor, 'commit');
  return (await isUnchanged(services, actor, input)) ? null : await updateConnection(services, actor, input);
}

/** The same for another secret reference. */
export async function updateReference(services: Services, actor: Actor, input: ReferenceUpdate & ProofOptions): Promise<CommitOutcome> {
  requirePermission(actor, 'commit');
  return await commitStaged(services, actor, await stageReferenceUpdate(services, actor, input), input);
}

function commitStaged(
  services: Services,
  actor: Actor,
  { change, key }: StagedChange,
  { skipProof = false, acceptsLosses = false }: ProofOptions,
): Promise<CommitOutcome> {
  return commitChange(services, actor, { key, connectionId: change.connectionId, skipProof, acceptsLosses });
}
