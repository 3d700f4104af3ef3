import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { rateLimited } from '../domain/errors/rate-limited.ts';
import { createTokenBuckets } from './token-bucket.ts';

/** Failed logins in a minute of one address, and of tokens that begin alike, before new ones there are put off. */
export const FAILURES_PER_MINUTE = 120;
/** Of an address that fails too often, so many tokens that have not been seen yet are looked up all the same. */
const FIRST_SEEN = { perSecond: 0.5, burst: 10 };
const MINUTE_MS = 60_000;
/** Characters that tokens which begin alike have in common: their kind, and six of their own. */
const BEGINNING = 14;
/** Addresses, beginnings and tokens that are remembered, of each. */
const MOST = 10_000;

/** What a client shows. The id goes with it: a wrong one is a failure of the pair. */
export interface ShownToken {
  readonly secret: string;
  readonly id?: string;
}

/**
 * Puts off logins where too many fail: from one address, and with tokens that begin alike from many. Whoever was let in lately with
 * the same token always passes, whatever others send from its address. A token that was not seen yet passes now and then, so that
 * somebody new is not locked out by another's forgotten script; one that has just failed does not.
 */
export interface LoginThrottle {
  /** Throws RATE_LIMITED, before a token is looked up. */
  admit(address: string, shown: ShownToken): void;
  failed(address: string, shown: ShownToken): void;
  /** `tokenId` tells what was shown apart from all else; null of a session or a bearer, whose token has others. */
  succeeded(shown: ShownToken, tokenId: string | null): void;
}

interface Failures {
  count: number;
  readonly since: number;
}

/** `isToken` says whether something has the form of a token, and its checksum; what has not costs no look-up, and stands in nobody's way. */
export function createLoginThrottle(
  isToken: (text: string) => boolean,
  perMinute = FAILURES_PER_MINUTE,
  now: () => number = () => performance.now(),
): LoginThrottle {
  const failures = new LRUCache<string, Failures>({ max: MOST });
  const firstSeen = createTokenBuckets(FIRST_SEEN, now);
  /** By digests whose key lives as long as the process: no secret is kept. */
  const good = new LRUCache<string, true>({ max: MOST });
  const bad = new LRUCache<string, number>({ max: MOST });
  /** When a token was last noted to be good: a digest costs more than all else that is done here. */
  const noted = new LRUCache<string, number>({ max: MOST });
  const key = randomBytes(32);
  const digest = ({ secret, id = '' }: ShownToken) => createHmac('sha256', key).update(`${id}\n${secret}`).digest('base64');

  /** The ids of the counters that a failure adds to. */
  const counterIdsOf = (address: string, { secret }: ShownToken) => {
    if (!isToken(secret)) return [`rubbish from ${address}`];
    return [`from ${address}`, `like ${secret.slice(0, BEGINNING)}`];
  };

  /** Milliseconds until logins are taken again; 0 when few have failed. */
  function strainedFor(counterId: string): number {
    const found = failures.get(counterId);
    return found === undefined || found.count < perMinute ? 0 : Math.max(0, found.since + MINUTE_MS - now());
  }

  return {
    admit(address, shown) {
      if (failures.size === 0) return;
      const strained = counterIdsOf(address, shown).filter((counterId) => strainedFor(counterId) > 0);
      if (strained.length === 0) return;
      const shownDigest = digest(shown);
      if (good.has(shownDigest)) return;
      const hasJustFailed = now() - (bad.get(shownDigest) ?? -MINUTE_MS) < MINUTE_MS;
      if (!hasJustFailed && isToken(shown.secret) && strained.every((counterId) => firstSeen.take(counterId, 1))) return;
      const seconds = Math.max(...strained.map(strainedFor)) / 1000;
      throw rateLimited('Too many logins fail from this address, or with such a token.', seconds, { capacity: perMinute, perMinute });
    },
    failed(address, shown) {
      const shownDigest = digest(shown);
      good.delete(shownDigest);
      bad.set(shownDigest, now());
      for (const counterId of counterIdsOf(address, shown)) {
        const found = failures.get(counterId);
        if (found === undefined || now() - found.since >= MINUTE_MS) failures.set(counterId, { count: 1, since: now() });
        else found.count += 1;
      }
    },
    succeeded(shown, tokenId) {
      const pair = tokenId === null ? null : `${tokenId} ${shown.id ?? ''}`;
      if (pair !== null && now() - (noted.get(pair) ?? -MINUTE_MS) < MINUTE_MS) return;
      if (pair !== null) noted.set(pair, now());
      const shownDigest = digest(shown);
      bad.delete(shownDigest);
      good.set(shownDigest, true);
    },
  };
}
