import { LRUCache } from 'lru-cache';
import type { DomainError } from '../domain/errors/errors.ts';
import { rateLimited } from '../domain/errors/rate-limited.ts';

export interface BucketSize {
  /** How fast a bucket fills. */
  readonly perSecond: number;
  /** How much a full bucket holds. */
  readonly burst: number;
}

/** One bucket for each id. */
export interface TokenBuckets {
  /** Takes the amount out of a bucket. False when it holds less; then nothing is taken. */
  take(id: string, amount: number): boolean;
  /** What a bucket held when it was last taken from; that of a new one is full. */
  left(id: string): number;
}

export function createTokenBuckets({ perSecond, burst }: BucketSize, now: () => number): TokenBuckets {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: 10_000 });
  return {
    take(id, amount) {
      const at = now();
      let bucket = buckets.get(id);
      if (bucket === undefined) {
        bucket = { left: burst, at };
        buckets.set(id, bucket);
      }
      bucket.left = Math.min(burst, bucket.left + ((at - bucket.at) / 1000) * perSecond);
      bucket.at = at;
      // What is refused is not spent: a caller that keeps asking gets its rate, not nothing.
      if (bucket.left < amount) return false;
      bucket.left -= amount;
      return true;
    },
    left: (id) => buckets.get(id)?.left ?? burst,
  };
}

/** What a caller is told whose bucket is empty: one more is there after `retryAfterSeconds`. */
export function bucketEmpty(message: string, { perSecond, burst }: BucketSize, retryAfterSeconds: number = 1 / perSecond): DomainError {
  return rateLimited(message, retryAfterSeconds, { capacity: burst, perMinute: Math.round(perSecond * 60) });
}
