import { expect, test } from 'vitest';
import { createClockWatch } from '../../src/jobs/clock-watch.ts';

test('a clock that is set forward is told from time that passed, once; one that is set back is no alarm', async () => {
  let at = 1_000_000;
  let elapsed = 0;
  const pass = (wall: number, timer: number) => {
    at += wall;
    elapsed += timer;
  };
  const watch = createClockWatch({ now: async () => at }, () => elapsed);
  const seen = [await watch()];
  for (const [wall, timer] of [
    [10_000, 10_000],
    [3_610_000, 10_000],
    [10_000, 10_000],
    [-3_590_000, 10_000],
    [10_000, 10_000],
  ] as const) {
    pass(wall, timer);
    seen.push(await watch());
  }
  expect(seen).toEqual([0, 0, 3_600_000, 0, 0, 0]);
});
