import { expect, test } from 'vitest';
import { createReplayQuota } from '../../src/admission/replay-quota.ts';

test('what is kept for a token has a size, which grows with time, and what is too large is not kept', () => {
  let now = 0;
  const mayKeep = createReplayQuota({ perSecond: 10, burst: 100 }, () => now);
  const first = [mayKeep('a', 60), mayKeep('a', 60), mayKeep('a', 40), mayKeep('a', 1), mayKeep('b', 100)];
  now = 1000;
  expect([first, mayKeep('a', 10), mayKeep('a', 1), mayKeep('c', 101)]).toEqual([[true, false, true, false, true], true, false, false]);
});
