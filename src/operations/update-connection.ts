import type { Actor } from '../domain/actor.ts';
import { requirePermission } from '../domain/actor.ts';
import type { Change } from '../domain/change.ts';
import { commitChange, commitOrWait, type WaitingCommit } from './commit-change.ts';
import type { CommitOutcome } from './commit-locked.ts';
import type { Services } from './services.ts';
import { type StagedChange, type StageUpdate, stageRollBack, stageUpdate } from './stage-change.ts';
import { type ReferenceUpdate, stageReferenceUpdate } from './stage-reference.ts';

type ProofOptions = Pick<WaitingCommit, 'skipProof' | 'acceptsLosses'>;

/** Stage and commit in one call, under the same rules. A refused commit leaves the staged change to expire. */
export async function updateConnection(services: Services, actor: Actor, input: StageUpdate & ProofOptions): Promise<CommitOutcome> {
  requirePermission(actor, 'commit');
  return await commitStaged(services, actor, await stageUpdate(services, actor, input), input);
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

/** Makes the content of a PREVIOUS version CURRENT again, as a new version and under the same rules as any commit, waiting included. The newest PREVIOUS one unless another is named. */
export async function rollBack(
  services: Services,
  actor: Actor,
  input: Omit<WaitingCommit, 'key'> & { readonly version?: number | null },
): Promise<Change> {
  const { version, ...commit } = input;
  const { key } = await stageRollBack(services, actor, input.connectionId, version ?? null);
  return await commitOrWait(services, actor, { ...commit, key });
}
