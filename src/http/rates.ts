import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../domain/errors.ts';

export interface RateOptions {
  /** Requests a second of one token, and how many it may send at once after a pause. */
  readonly perSecond: number;
  readonly burst: number;
  /** Failed logins of one address in a minute. */
  readonly failuresPerMinute: number;
  /** Bytes of answers to queries that are kept for one token. */
  readonly kept?: Flow;
}

interface Flow {
  readonly perSecond: number;
  readonly burst: number;
}

/** Some ten thousand small answers at once, and 170 MB a day. */
const KEPT: Flow = { perSecond: 2048, burst: 8 * 1024 * 1024 };

/** How often a token may ask, and how often an address may fail to log in. */
export interface Rates {
  /** Throws RATE_LIMITED when this token has sent more than its rate. */
  countRequest(token: string): void;
  /** Whether an answer that can be made anew is kept for this token: what may only read must not fill the disk. */
  mayKeep(token: string, bytes: number): boolean;
  /**
   * Throws RATE_LIMITED when this address has failed to log in too often: before its token is looked up. A token that was good
   * lately passes, or one client with an old token would put off all that share its address.
   */
  requireFewFailures(address: string, secret: string): void;
  countFailure(address: string, secret: string): void;
  countSuccess(address: string, secret: string): void;
}

export const FAILURES_PER_MINUTE = 120;

export function createRates(options: RateOptions, now: () => number = () => performance.now()): Rates {
  const requests = createBuckets(options, now);
  const kept = createBuckets(options.kept ?? KEPT, now);
  const failures = new LRUCache<string, { count: number; since: number }>({ max: 10_000 });
  /** Digests of tokens that were good at an address that also fails; their key lives as long as the process. */
  const good = new LRUCache<string, true>({ max: 10_000 });
  const key = randomBytes(32);
  const digest = (address: string, secret: string) => createHmac('sha256', key).update(`${address}\n${secret}`).digest('base64');

  return {
    countRequest(token) {
      if (!requests.take(token, 1)) throw rateLimited('This token sends too many requests.', 1);
    },
    mayKeep: kept.take,
    requireFewFailures(address, secret) {
      const found = failures.get(address);
      if (found === undefined || now() - found.since >= 60_000 || found.count < options.failuresPerMinute) return;
      if (!good.has(digest(address, secret)))
        throw rateLimited('Too many failed logins from this address.', (found.since + 60_000 - now()) / 1000);
    },
    countSuccess(address, secret) {
      if (failures.has(address)) good.set(digest(address, secret), true);
    },
    countFailure(address, secret) {
      good.delete(digest(address, secret));
      const found = failures.get(address);
      if (found === undefined || now() - found.since >= 60_000) failures.set(address, { count: 1, since: now() });
      else found.count += 1;
    },
  };
}

function createBuckets({ perSecond, burst }: Flow, now: () => number) {
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
