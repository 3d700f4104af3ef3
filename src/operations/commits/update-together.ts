import { heldBackRefusal } from '../../domain/change/in-flight.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { discardWhenRefused } from '../changes/discard-when-refused.ts';
import { observeRefusal } from '../changes/observe-refusal.ts';
import { isUnchanged, type StageUpdate, stageUpdate } from '../changes/stage-update.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import type { Committed, LockedCommit } from './commit-locked.ts';
import { readOptions } from './commit-options.ts';
import { afterCommit, candidateToCommit, commitOne, type Settling } from './settle-change.ts';

type Prepared = Settling & Pick<LockedCommit, 'candidate'>;

/**
 * Stage and commit for several connections in one call: all of them are changed, or none. One for which no value differs has no new version.
 * All is written in one transaction, so that callers have to bound how many there are. Throws what an update of one throws.
 */
export async function updateTogether(services: Services, actor: Actor, updates: readonly StageUpdate[]): Promise<void> {
  requirePermission(actor, 'commit');
  await discardWhenRefused(services, actor, async (staged) => {
    const settlings: Settling[] = [];
    // In one order, so that two of these never wait for each other's locks.
    for (const update of updates.toSorted((one, other) => (one.connectionId < other.connectionId ? -1 : 1))) {
      if (await isUnchanged(services, actor, update)) continue;
      const { change } = await stageUpdate(services, actor, update);
      staged.push(change);
      settlings.push({ change, options: readOptions(actor, update) });
    }
    await observeRefusal(services, 'update', () => commitAll(services, actor, settlings));
  });
}

async function commitAll(services: Services, actor: Actor, settlings: readonly Settling[]): Promise<void> {
  const prepared: Prepared[] = [];
  for (const settling of settlings) prepared.push({ ...settling, candidate: await candidateToCommit(services, actor, settling) });
  const keys = await services.vault.forProject(actor.projectId);
  const committed = await writeAs(services, actor, async (tx) => {
    const results: (Prepared & { readonly result: Committed })[] = [];
    for (const one of prepared) {
      const result = await commitOne(services, actor, tx, { ...one, keys });
      if ('leases' in result) throw heldBackRefusal(result);
      results.push({ ...one, result });
    }
    return results;
  });
  for (const { change, result } of committed) afterCommit(services, actor, change, result);
}
