import type { Change } from '../../domain/change/change.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { actorId, record, type Services } from '../services.ts';
import { destroyStaged } from './discard-change.ts';

/** The most outdated changes that are discarded for one new change. */
const MOST_DISCARDED = 20;
/** A token creates many connections at once more often than it changes one of them in many ways. */
const CREATIONS = 10;

/**
 * Throws LIMIT_EXCEEDED when a connection has as many open changes as it may have, or a token has as many for connections that it creates.
 * Changes that were staged on an older version can't be committed any more, so they are discarded first. Callers at the same moment are
 * counted one after the other.
 */
export async function limitOpenChanges(services: Services, actor: Actor, tx: Writers, change: Change): Promise<void> {
  const { openChanges } = services.settings;
  const { connectionId, baseVersion, projectId } = change;
  if (baseVersion === null) {
    const createdBy = actorId(actor);
    await tx.lock(`creations/${projectId}/${createdBy}`, 'exclusive');
    const most = openChanges * CREATIONS;
    if ((await tx.changes.countOpen({ projectId, createdBy }, most)) >= most)
      throw full(`This token has ${most} open changes that create connections`, most);
    return;
  }
  await tx.lock(`changes/${connectionId}`, 'exclusive');
  if ((await tx.changes.countOpen({ connectionId }, openChanges)) < openChanges) return;
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
  if ((await tx.changes.countOpen({ connectionId }, openChanges)) >= openChanges)
    throw full(`This connection has ${openChanges} open changes`, openChanges);
}

function full(what: string, limit: number): DomainError {
  return new DomainError(
    'LIMIT_EXCEEDED',
    `${what}, which is the most (CHANGEOVER_OPEN_CHANGES). Discard those that are not needed, or wait until they expire.`,
    {
      limit,
    },
  );
}
