import { type BucketSize, bucketEmpty, createTokenBuckets } from './token-bucket.ts';

/** A sign-in writes one row, and two of the audit: ten in a minute, and twenty at once. */
const SIGN_INS: BucketSize = { perSecond: 1 / 6, burst: 20 };

/** An exchange writes one row of the audit. The lead API's command asks for a bearer each time it is run. */
const EXCHANGES: BucketSize = { perSecond: 1, burst: 60 };

/** How often a token may send a request, sign a browser in, and be exchanged for a bearer. */
export interface RateLimits {
  /** Throws RATE_LIMITED when this token has sent more than its rate. */
  countRequest(token: string): void;
  /** Throws RATE_LIMITED when this token has signed in more often than anybody does. */
  countSignIn(token: string): void;
  /** Throws RATE_LIMITED when this token was exchanged more often than scripts need. */
  countExchange(token: string): void;
}

/** `size` is for the requests of one token. */
export function createRateLimits(size: BucketSize, now: () => number = () => performance.now()): RateLimits {
  const requests = createTokenBuckets(size, now);
  const signIns = createTokenBuckets(SIGN_INS, now);
  const exchanges = createTokenBuckets(EXCHANGES, now);
  return {
    countRequest(token) {
      if (!requests.take(token, 1)) throw bucketEmpty('This token sends too many requests.', size, 1);
    },
    countSignIn(token) {
      if (!signIns.take(token, 1)) throw bucketEmpty('This token signs in too often.', SIGN_INS);
    },
    countExchange(token) {
      if (!exchanges.take(token, 1)) throw bucketEmpty('This token is exchanged too often.', EXCHANGES);
    },
  };
}
