import type { Store } from '../domain/store.ts';

/**
 * How far the store's time ran ahead of a timer that nobody can set since it was last asked, milliseconds. A clock that is set
 * forward ends every lease and key at once, and its high-water mark makes that last: whoever runs the gateway has to hear of it.
 */
export function createClockWatch({ now }: Pick<Store, 'now'>, elapsed: () => number = () => performance.now()): () => Promise<number> {
  let last: { readonly at: number; readonly elapsed: number } | null = null;
  return async () => {
    const seen = { at: await now(), elapsed: elapsed() };
    const ahead = last === null ? 0 : seen.at - last.at - (seen.elapsed - last.elapsed);
    last = seen;
    return Math.max(0, Math.round(ahead));
  };
}
