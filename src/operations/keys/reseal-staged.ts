import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { resealContent } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { requireDataKey } from './require-data-key.ts';
import type { ResealedConnection } from './reseal-chain.ts';

/** Most contents of one transaction. */
const BATCH = 50;

/** `late`: time was over first. `from`: a version of this number holds what an older key has sealed, and the chain has to be signed anew from there. */
export type Staged = { readonly state: 'done' | 'late' } | { readonly state: 'held'; readonly contentId: string; readonly from: number };

/** Seals with the newest data key what only open changes of a connection hold; what nobody holds any more is destroyed. */
export async function resealStaged(services: Services, actor: Actor, { keys, connectionId, until }: ResealedConnection): Promise<Staged> {
  const older = keys.generations.filter((generation) => generation < keys.keyGeneration);
  const { projectId } = actor;
  while ((await services.store.read.contents.ofGenerations(projectId, connectionId, older, 1)).length > 0) {
    if (performance.now() >= until) return { state: 'late' };
    const held = await services.store.write(async (tx): Promise<Staged | null> => {
      await tx.lock(connectionId, 'exclusive');
      await requireDataKey(tx, projectId, keys.keyGeneration);
      for (const content of await tx.contents.ofGenerations(projectId, connectionId, older, BATCH)) {
        // A change that came with the old key may have been committed with the new one.
        const from = await tx.versions.firstWith(connectionId, content.id);
        if (from !== null) return { state: 'held', contentId: content.id, from };
        const change = await tx.changes.openWith(content.id);
        if (content.blob === null || change === null) {
          await tx.contents.destroyIfUnused(content.id, 0);
          continue;
        }
        const sealed = await resealContent(services, change, content.id, content.blob);
        await tx.contents.reseal(content.id, content.cipherHash, sealed);
        await tx.changes.setCipherHash(content.id, sealed.cipherHash);
      }
      await record(services, tx, actor, {
        action: 'connection.reseal',
        entity: 'connection',
        entityId: connectionId,
        details: { keyGeneration: keys.keyGeneration, from: 0, through: 0, rowMacs: [] },
      });
      return null;
    });
    if (held !== null) return held;
  }
  return { state: 'done' };
}
