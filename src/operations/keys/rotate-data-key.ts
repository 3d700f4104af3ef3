import { DomainError, notFound } from '../../domain/errors/errors.ts';
import { requireReplaced, requireUnneeded } from '../../domain/key/data-key-retirement.ts';
import type { WrappedKey } from '../../domain/ports/vault.ts';
import { type Actor, requireOperator } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { endedByEarlierRun } from '../idempotency/earlier-run.ts';
import type { Services } from '../services.ts';

export type DataKeyRow = Pick<WrappedKey, 'generation' | 'createdAt'>;

/** The data keys of the actor's project, oldest first. */
export async function listDataKeys(services: Services, actor: Actor): Promise<readonly DataKeyRow[]> {
  requireOperator(actor);
  return await services.store.read.keys.find(actor.projectId, 'dek');
}

/**
 * Makes the next generation of the project's data key: what is sealed from now on is sealed with it. Of racing callers each makes
 * one or gets REQUEST_IN_PROGRESS; a repeated request answers with what its first run made.
 */
export async function rotateDataKey(services: Services, actor: Actor): Promise<DataKeyRow> {
  requireOperator(actor);
  await services.vault.refresh();
  const newest = (await services.vault.forProject(actor.projectId)).keyGeneration;
  const key = services.vault.newDataKey(actor.projectId, newest + 1);
  const made = await services.store.write(async (tx) => {
    if (await endedByEarlierRun(services, tx, actor, { action: 'project.rekey', entityId: actor.projectId }))
      return newestOf(await tx.keys.find(actor.projectId, 'dek'));
    const stored = await tx.keys.insertIfAbsent(key);
    if (stored === null || !stored.wrapped.equals(key.wrapped))
      throw new DomainError('REQUEST_IN_PROGRESS', 'Another rotation is going on. Try again.', { retryAfterSeconds: 2 });
    await record(services, tx, actor, {
      action: 'project.rekey',
      entity: 'project',
      entityId: actor.projectId,
      details: { keyGeneration: stored.generation },
    });
    return stored;
  });
  await services.vault.refresh();
  return made;
}

/**
 * Destroys an old data key for good. Refused with BAD_REQUEST while any row needs it, and for ten minutes after the newest one
 * was made, since a replica may not have learned of that.
 */
export async function retireDataKey(services: Services, actor: Actor, generation: number): Promise<void> {
  requireOperator(actor);
  await services.store.write(async (tx) => {
    const keys = await tx.keys.find(actor.projectId, 'dek');
    const newest = newestOf(keys);
    if (!keys.some((key) => key.generation === generation)) {
      const isIt = ({ keyGeneration }: Readonly<Record<string, unknown>>) => keyGeneration === generation;
      if (await endedByEarlierRun(services, tx, actor, { action: 'project.retire-key', entityId: actor.projectId, isIt })) return;
      throw notFound('data key');
    }
    requireReplaced(generation, newest, await tx.now());
    requireUnneeded(await tx.keys.neededBy(actor.projectId, generation));
    await tx.keys.retire(actor.projectId, generation);
    await record(services, tx, actor, {
      action: 'project.retire-key',
      entity: 'project',
      entityId: actor.projectId,
      details: { keyGeneration: generation },
    });
  });
  await services.vault.refresh();
}

/** A project has a data key from its first day. */
function newestOf(keys: readonly WrappedKey[]): WrappedKey {
  const newest = keys.at(-1);
  if (newest === undefined) throw notFound('data key');
  return newest;
}
