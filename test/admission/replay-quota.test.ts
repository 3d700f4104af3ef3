import { expect, test } from 'vitest';
import { createReplayQuota } from '../../src/admission/replay-quota.ts';

test('what is kept for a token has a size, which grows with time, and what is too large is not kept', () => {
  let now = 0;
  const mayKeep = createReplayQuota({ perSecond: 10, burst: 100 }, () => now);
  const first = {
    within: mayKeep('a', 60),
    beyond: mayKeep('a', 60),
    rest: mayKeep('a', 40),
    more: mayKeep('a', 1),
    ofAnother: mayKeep('b', 100),
  };
  now = 1000;
  expect({ first, grown: mayKeep('a', 10), more: mayKeep('a', 1), tooLarge: mayKeep('c', 101) }).toEqual({
    first: { within: true, beyond: false, rest: true, more: false, ofAnother: true },
    grown: true,
    more: false,
    tooLarge: false,
  });
});
