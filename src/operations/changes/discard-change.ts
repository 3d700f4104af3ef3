import type { Change } from '../../domain/change/change.ts';
import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import { type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';

/** Ends an open or waiting change: its key no longer works and what it sealed is destroyed. Throws NOT_FOUND, FORBIDDEN, CHANGE_OUTDATED. */
export async function discardChange(services: Services, actor: Actor, changeId: string): Promise<Change> {
  requirePermission(actor, 'stage');
  const discarded = await writeAs(services, actor, async (tx): Promise<Change> => {
    const change = await tx.changes.find(scopeOf(actor), changeId);
    if (change === null) throw notFound('change', changeId);
    // An editor cannot take back what an administrator committed.
    if (change.state === 'PENDING') requirePermission(actor, 'commit');
    await tx.lock(change.connectionId, 'exclusive');
    if (!(await tx.changes.discard(changeId, await tx.now()))) {
      const isIt = (details: Readonly<Record<string, unknown>>) => details.changeId === changeId;
      if (await endedByEarlierRun(services, tx, actor, { action: 'change.discard', entityId: change.connectionId, isIt }))
        return { ...change, state: 'DISCARDED' };
      throw new DomainError('CHANGE_OUTDATED', 'The change is no longer open.', { changeId });
    }
    await destroyStaged(tx, change);
    await record(services, tx, actor, {
      action: 'change.discard',
      entity: 'connection',
      entityId: change.connectionId,
      details: { changeId },
    });
    return { ...change, state: 'DISCARDED' };
  });
  services.observer.changed(discarded.purpose, 'discarded');
  return discarded;
}

/** Content that only the change holds is destroyed with it. Content that a version holds, even a RETIRED one, stays as long as the version keeps it. */
export async function destroyStaged(tx: Writers, { contentId }: Pick<Change, 'contentId'>): Promise<void> {
  if (contentId !== null) await tx.contents.destroyIfUnused(contentId, 0);
}
