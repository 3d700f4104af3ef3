import { describe, expect, test } from 'vitest';
import { TurnQueue, type Waiter } from '../../../build/graphql/plugins/budget/turn-queue.js';

/** Answers that need so many turns each, begun one after the other; the order in which they had them. */
async function orderOf(answers: readonly { readonly name: string; readonly values: number; readonly needs: number }[]) {
  const queue = new TurnQueue();
  const order: string[] = [];
  await Promise.all(
    answers.map(
      ({ name, values, needs }) =>
        new Promise<void>((resolve) => {
          let left = needs;
          const waiter: Waiter = {
            place: queue.place(),
            values,
            takeTurn() {
              order.push(name);
              left -= 1;
              // What goes on does so behind the turn, as promises do.
              if (left === 0) resolve();
              else queueMicrotask(() => queue.wait(waiter));
            },
          };
          queue.wait(waiter);
        }),
    ),
  );
  return order.join('');
}

describe('turns of the event loop', () => {
  test('long answers are made one after the other, in the order in which they first waited', async () => {
    const long = (name: string) => ({ name, values: 20_000, needs: 3 });
    expect(await orderOf([long('a'), long('b'), long('c')])).toBe('aaabbbccc');
  });

  test('a short answer is made beside the long ones that waited before', async () => {
    const answers = [
      { name: 'a', values: 20_000, needs: 4 },
      { name: 'b', values: 20_000, needs: 2 },
      { name: 's', values: 2000, needs: 2 },
    ];
    expect(await orderOf(answers)).toBe('sasaaabb');
  });

  test('a long answer waits before it reads more while one that is long, too, waited before; nothing else does', () => {
    const queue = new TurnQueue();
    const waiterOf = (values: number): Waiter => ({ place: queue.place(), values, takeTurn() {} });
    const [earlier, short, first, second] = [waiterOf(20_000), waiterOf(2000), waiterOf(2001), waiterOf(2001)];
    queue.wait(short);
    const besideShort = queue.mustWait(second);
    queue.wait(first);
    expect({
      besideShort,
      second: queue.mustWait(second),
      first: queue.mustWait(first),
      short: queue.mustWait(short),
      earlier: queue.mustWait(earlier),
    }).toEqual({ besideShort: false, second: true, first: false, short: false, earlier: false });
  });

  test('one that waits alone has every turn', async () => {
    expect(await orderOf([{ name: 's', values: 10, needs: 3 }])).toBe('sss');
  });
});
