import { LRUCache } from 'lru-cache';
import { DomainError } from '../domain/errors.ts';

export interface LimiterOptions {
  /** Requests a second of one token, and how many it may send at once after a pause. */
  readonly perSecond: number;
  readonly burst: number;
  /** Requests of one token, and of all, that run at the same time; further ones wait. */
  readonly tokenInFlight: number;
  readonly inFlight: number;
  readonly queue: number;
  readonly waitMs: number;
  /** Failed logins of one address in a minute. */
  readonly failuresPerMinute: number;
}

export const DEFAULT_LIMITS: LimiterOptions = {
  perSecond: 500,
  burst: 1000,
  tokenInFlight: 64,
  inFlight: 200,
  queue: 200,
  waitMs: 500,
  failuresPerMinute: 120,
};

interface Waiting {
  readonly token: string;
  readonly start: () => void;
}

/** Keeps one caller from taking everything, and all callers from taking more than there is. */
export interface Limiter {
  /** Resolves to the function that gives the place back. Throws RATE_LIMITED (the caller's own limit) or UNAVAILABLE (ours). */
  enter(token: string): Promise<() => void>;
  /** Throws RATE_LIMITED when this address has failed to log in too often. */
  requireFewFailures(address: string): void;
  countFailure(address: string): void;
  readonly running: number;
}

export function createLimiter(options: LimiterOptions = DEFAULT_LIMITS, now: () => number = () => performance.now()): Limiter {
  const buckets = new LRUCache<string, { left: number; at: number }>({ max: 10_000 });
  const failures = new LRUCache<string, { count: number; since: number }>({ max: 10_000 });
  const byToken = new Map<string, number>();
  const waiting: Waiting[] = [];
  let running = 0;

  const fits = (token: string) => running < options.inFlight && (byToken.get(token) ?? 0) < options.tokenInFlight;

  function take(token: string): () => void {
    running += 1;
    byToken.set(token, (byToken.get(token) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      running -= 1;
      const left = (byToken.get(token) ?? 1) - 1;
      if (left === 0) byToken.delete(token);
      else byToken.set(token, left);
      const index = waiting.findIndex((entry) => fits(entry.token));
      if (index >= 0) waiting.splice(index, 1)[0]?.start();
    };
  }

  function spend(token: string): void {
    const at = now();
    const bucket = buckets.get(token) ?? { left: options.burst, at };
    bucket.left = Math.min(options.burst, bucket.left + ((at - bucket.at) / 1000) * options.perSecond) - 1;
    bucket.at = at;
    buckets.set(token, bucket);
    if (bucket.left < 0) throw rateLimited('This token sends too many requests.', 1);
  }

  return {
    get running() {
      return running;
    },
    async enter(token) {
      spend(token);
      if (fits(token)) return take(token);
      if (waiting.length >= options.queue) throw new DomainError('UNAVAILABLE', 'The gateway is busy.', { retryAfterSeconds: 1 });
      return await new Promise((resolve, reject) => {
        const entry: Waiting = {
          token,
          start: () => {
            clearTimeout(timer);
            resolve(take(token));
          },
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(entry), 1);
          const own = (byToken.get(token) ?? 0) >= options.tokenInFlight;
          reject(
            own
              ? rateLimited('This token has too many requests running.', 1)
              : new DomainError('UNAVAILABLE', 'The gateway is busy.', { retryAfterSeconds: 1 }),
          );
        }, options.waitMs);
        waiting.push(entry);
      });
    },
    requireFewFailures(address) {
      const found = failures.get(address);
      if (found !== undefined && now() - found.since < 60_000 && found.count >= options.failuresPerMinute)
        throw rateLimited('Too many failed logins from this address.', 60);
    },
    countFailure(address) {
      const found = failures.get(address);
      if (found === undefined || now() - found.since >= 60_000) failures.set(address, { count: 1, since: now() });
      else found.count += 1;
    },
  };
}

function rateLimited(message: string, retryAfterSeconds: number): DomainError {
  return new DomainError('RATE_LIMITED', message, { retryAfterSeconds });
}
