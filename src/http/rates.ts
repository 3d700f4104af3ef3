import { LRUCache } from 'lru-cache';
import { DomainError } from '../domain/errors.ts';

export interface RateOptions {
  /** Requests a second of one token, and how many it may send at once after a pause. */
  readonly perSecond: number;
  readonly burst: number;
  /** Failed logins of one address in a minute. */
  readonly failuresPerMinute: number;
}

/** How often a token may ask, and how often an address may fail to log in. */
export interface Rates {
  /** Throws RATE_LIMITED when this token has sent more than its rate. */
  countRequest(token: string): void;
  /** Throws RATE_LIMITED when this address has failed to log in too often: before its token is looked at, let alone looked up. */
  requireFewFailures(address: string): void;
  countFailure(address: string): void;
}

export const FAILURES_PER_MINUTE = 120;

export function createRates(options: RateOptions, now: () => number = () => performance.now()): Rates {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: 10_000 });
  const failures = new LRUCache<string, { count: number; since: number }>({ max: 10_000 });

  return {
    countRequest(token) {
      const at = now();
      const bucket = buckets.get(token) ?? { left: options.burst, at };
      bucket.left = Math.min(options.burst, bucket.left + ((at - bucket.at) / 1000) * options.perSecond) - 1;
      bucket.at = at;
      buckets.set(token, bucket);
      if (bucket.left >= 0) return;
      // What is refused is not spent: a caller that keeps asking gets its rate, not nothing.
      bucket.left += 1;
      throw rateLimited('This token sends too many requests.', 1);
    },
    requireFewFailures(address) {
      const found = failures.get(address);
      if (found !== undefined && now() - found.since < 60_000 && found.count >= options.failuresPerMinute)
        throw rateLimited('Too many failed logins from this address.', (found.since + 60_000 - now()) / 1000);
    },
    countFailure(address) {
      const found = failures.get(address);
      if (found === undefined || now() - found.since >= 60_000) failures.set(address, { count: 1, since: now() });
      else found.count += 1;
    },
  };
}

export function rateLimited(message: string, retryAfterSeconds: number): DomainError {
  return new DomainError('RATE_LIMITED', message, { retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)) });
}
