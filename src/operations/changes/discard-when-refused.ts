import type { Change } from '../../domain/change/change.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { discardChange } from './discard-change.ts';

/**
 * Stages and commits in one call; what it staged, which `work` adds to the list, goes when the call is refused. Its key is nobody's, and a
 * connection may have so many open changes and no more.
 */
export async function discardWhenRefused<T>(
  services: Services,
  actor: Actor,
  work: (staged: Pick<Change, 'id'>[]) => Promise<T>,
): Promise<T> {
  const staged: Pick<Change, 'id'>[] = [];
  try {
    return await work(staged);
  } catch (error) {
    await Promise.allSettled(staged.map(({ id }) => discardChange(services, actor, id)));
    throw error;
  }
}
