import { type BucketSize, createTokenBuckets } from './token-bucket.ts';

/**
 * Compilations of documents. The code of one takes some hundred kilobytes, and the engine lets go of what is no longer used only when
 * it is short of memory, so what counts is how many there are in a time: at most this many at once, and six a minute after that.
 */
const IN_ALL: BucketSize = { perSecond: 1 / 10, burst: 100 };
/** Clients send a few dozen different documents. */
const OF_CALLER: BucketSize = { perSecond: 1 / 60, burst: 40 };

/** Whether one more document of this caller may be compiled. */
export type CompilationQuota = (caller: string) => boolean;

export function createCompilationQuota(now: () => number = () => performance.now()): CompilationQuota {
  const ofCaller = createTokenBuckets(OF_CALLER, now);
  const inAll = createTokenBuckets(IN_ALL, now);
  // The caller's first: whoever has spent his own takes nothing from the others.
  return (caller) => ofCaller.take(caller, 1) && inAll.take('', 1);
}
