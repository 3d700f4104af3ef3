import type { Change } from '../../domain/change/change.ts';
import { MOST_DISCARDED, openChangeLimits, requireRoomForChange } from '../../domain/change/open-change-limit.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services } from '../services.ts';
import { destroyStaged } from './discard-change.ts';

/**
 * Throws LIMIT_EXCEEDED when a connection has as many open changes as it may have, or a token has as many for connections that it creates.
 * Changes that were staged on an older version can't be committed any more, so they are discarded first. Callers at the same moment are
 * counted one after the other.
 */
export async function limitOpenChanges(services: Services, actor: Actor, tx: Writers, change: Change): Promise<void> {
  const { ofConnection, ofCreator } = openChangeLimits(services.settings.openChanges);
  const { connectionId, baseVersion, projectId } = change;
  if (baseVersion === null) {
    const createdBy = actorId(actor);
    await tx.lock(`creations/${projectId}/${createdBy}`, 'exclusive');
    requireRoomForChange(await tx.changes.countOpen({ projectId, createdBy }, ofCreator), ofCreator, 'This token has');
    return;
  }
  await tx.lock(`changes/${connectionId}`, 'exclusive');
  if ((await tx.changes.countOpen({ connectionId }, ofConnection)) < ofConnection) return;
  for (const outdated of await tx.changes.outdated(connectionId, baseVersion, MOST_DISCARDED)) {
    if (!(await tx.changes.discard(outdated.id, await tx.now()))) continue;
    await destroyStaged(tx, outdated);
    await record(services, tx, actor, {
      action: 'change.discard',
      entity: 'connection',
      entityId: connectionId,
      details: { changeId: outdated.id, outdated: true },
    });
  }
  requireRoomForChange(await tx.changes.countOpen({ connectionId }, ofConnection), ofConnection, 'This connection has');
}
