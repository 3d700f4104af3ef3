import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Deadline } from '../../src/admission/deadline.ts';

// One timer looks after all of them, so it is made once, and by this clock.
beforeAll(() => vi.useFakeTimers({ toFake: ['setInterval', 'performance'] }));
afterAll(() => vi.useRealTimers());

const ORDERS = [0, 1, 2, 3]
  .flatMap((a) => [0, 1, 2, 3].flatMap((b) => [0, 1, 2, 3].flatMap((c) => [0, 1, 2, 3].map((d) => [a, b, c, d]))))
  .filter((order) => new Set(order).size === order.length);

test('whatever order others end in, each request ends at its own time, and none before', async () => {
  const wrong: unknown[] = [];
  for (const order of ORDERS) {
    for (let ended = 0; ended < order.length; ended += 1) {
      const running = order.map(() => start(10_000));
      for (const index of order.slice(0, ended)) await running[index]?.end();
      // One that begins afterwards takes a place that was left.
      running.push(start(20_000));
      const codes = async (ms: number) => {
        await vi.advanceTimersByTimeAsync(ms);
        return running.map(({ outcome }) => outcome());
      };
      const expected = (others: string, last: string) =>
        [...order.map((_, index) => (order.indexOf(index) < ended ? 'done' : others)), last].join();
      const seen = [await codes(9_500), await codes(1_000), await codes(10_000)].map((all) => all.join());
      if (seen.join('/') !== [expected('', ''), expected('REQUEST_TIMEOUT', ''), expected('REQUEST_TIMEOUT', 'REQUEST_TIMEOUT')].join('/'))
        wrong.push({ order, ended, seen });
    }
  }
  expect(wrong).toEqual([]);
});

function start(ms: number) {
  const deadline = new Deadline();
  deadline.start({ abort: ms, end: ms });
  let outcome = '';
  let finish = () => {};
  const work = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const settled = deadline.within(work).then(
    () => {
      outcome = 'done';
    },
    (error: { readonly code: string }) => {
      outcome = error.code;
    },
  );
  return {
    outcome: () => outcome,
    async end() {
      finish();
      await settled;
    },
  };
}
