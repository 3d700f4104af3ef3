import type { Actor } from '../domain/actor.ts';
import { requirePermission } from '../domain/actor.ts';
import type { Change } from '../domain/change.ts';
import { commitChange, commitOrWait, type WaitingCommit } from './commit-change.ts';
import type { CommitOutcome } from './commit-locked.ts';
import type { Services } from './services.ts';
import { type StageUpdate, stageRollBack, stageUpdate } from './stage-change.ts';

/** Stage and commit in one call, under the same rules. A refused commit leaves the staged change to expire. */
export async function updateConnection(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly skipProof?: boolean },
): Promise<CommitOutcome> {
  requirePermission(actor, 'commit');
  const { key } = await stageUpdate(services, actor, input);
  return await commitChange(services, actor, {
    key,
    connectionId: input.connectionId,
    ...(input.skipProof === undefined ? {} : { skipProof: input.skipProof }),
  });
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
