import { LRUCache } from 'lru-cache';
import { DomainError } from '../domain/errors/errors.ts';

export interface RateOptions {
  /** Requests a second of one token, and how many it may send at once after a pause. */
  readonly perSecond: number;
  readonly burst: number;
  /** Bytes of answers to queries that are kept for one token. */
  readonly kept?: Flow;
}

interface Flow {
  readonly perSecond: number;
  readonly burst: number;
}

/** Some ten thousand small answers at once, and 170 MB a day. */
const KEPT: Flow = { perSecond: 2048, burst: 8 * 1024 * 1024 };
/** Each is a row, and two of the audit: ten in a minute, and twenty at once. */
const SIGN_INS: Flow = { perSecond: 1 / 6, burst: 20 };

/** How often a token may ask, and how often it may sign a browser in. */
export interface Rates {
  /** Throws RATE_LIMITED when this token has sent more than its rate. */
  countRequest(token: string): void;
  /** Throws RATE_LIMITED when this token has signed in more often than anybody does. */
  countSignIn(token: string): void;
  /** Whether an answer that can be made anew is kept for this token: what may only read must not fill the disk. */
  mayKeep(token: string, bytes: number): boolean;
}

export function createRates(options: RateOptions, now: () => number = () => performance.now()): Rates {
  const requests = createBuckets(options, now);
  const signIns = createBuckets(SIGN_INS, now);
  const kept = createBuckets(options.kept ?? KEPT, now);
  return {
    countRequest(token) {
      if (!requests.take(token, 1)) throw rateLimited('This token sends too many requests.', 1);
    },
    countSignIn(token) {
      if (!signIns.take(token, 1)) throw rateLimited('This token signs in too often.', 1 / SIGN_INS.perSecond);
    },
    mayKeep: kept.take,
  };
}

export function createBuckets({ perSecond, burst }: Flow, now: () => number) {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: 10_000 });
  return {
    take(id: string, amount: number): boolean {
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
  };
}

export function rateLimited(message: string, retryAfterSeconds: number): DomainError {
  return new DomainError('RATE_LIMITED', message, { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)) });
}
