import { expect, test } from 'vitest';
import { walk } from '../../../src/connectors/kits/walk.ts';

const LEADS: Readonly<Record<string, readonly string[]>> = { a: ['b', 'c'], b: ['d', 'a'], c: ['d'], d: ['e'], e: [] };

async function visited(most: number, atOnce: number) {
  const order: string[] = [];
  let running = 0;
  let highest = 0;
  const complete = await walk(
    [{ key: 'a' }],
    async ({ key }) => {
      running += 1;
      highest = Math.max(highest, running);
      order.push(key);
      await Promise.resolve();
      running -= 1;
      return (LEADS[key] ?? []).map((next) => ({ key: next }));
    },
    { most, atOnce },
  );
  return { order: order.join(''), complete, highest };
}

test('each role is looked at once, however many lead to it, and in circles too', async () => {
  expect(await visited(10, 2)).toEqual({ order: 'abcde', complete: true, highest: 2 });
});

test('no more are looked at than may be, and that there were more is told', async () => {
  expect(await visited(3, 8)).toEqual({ order: 'abc', complete: false, highest: 2 });
});
