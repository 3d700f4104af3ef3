import { rateLimited } from '../errors/rate-limited.ts';

/** How often one connection is tested at most, by clients of a way in that has such a limit. */
export const TEST_LIMIT = { tests: 10, withinMs: 60_000 } as const;

/** The windows of time whose tests may still count, the current one first. */
export function windowsAt(now: number): readonly [number, number] {
  const current = Math.floor(now / TEST_LIMIT.withinMs);
  return [current, current - 1];
}

/** `ends` says when each test that was begun counts no more. Throws RATE_LIMITED, with when the first of them does, while there are as many as may be. */
export function requireUnderLimit(ends: readonly number[], now: number): void {
  const counting = ends.filter((end) => end > now);
  if (counting.length < TEST_LIMIT.tests) return;
  const perMinute = (TEST_LIMIT.tests * 60_000) / TEST_LIMIT.withinMs;
  throw rateLimited('This connection is tested too often.', (Math.min(...counting) - now) / 1000, {
    capacity: TEST_LIMIT.tests,
    perMinute,
  });
}
