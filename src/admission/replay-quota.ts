import { type BucketSize, createTokenBuckets } from './token-bucket.ts';

/** Bytes for one token: some ten thousand small answers at once, and 170 MB a day. */
export const KEPT_ANSWERS: BucketSize = { perSecond: 2048, burst: 8 * 1024 * 1024 };

/** Whether an answer that can be made again is kept for this token: a caller that may only read must not fill the disk. */
export type ReplayQuota = (token: string, bytes: number) => boolean;

export function createReplayQuota(size: BucketSize = KEPT_ANSWERS, now: () => number = () => performance.now()): ReplayQuota {
  return createTokenBuckets(size, now).take;
}
