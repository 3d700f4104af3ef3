import { unavailable } from '../../store-error.ts';

const MOST_READS = 5;

/** Reads again while the list that the rows have to be on changes between reading them and it, which `read` tells by null. Throws UNAVAILABLE. */
export async function reread<T>(read: () => Promise<{ readonly found: T } | null>): Promise<T> {
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const one = await read();
    if (one !== null) return one.found;
  }
  throw unavailable();
}
