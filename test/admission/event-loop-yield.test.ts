import { expect, test } from 'vitest';
import { createEventLoopYield } from '../../src/admission/event-loop-yield.ts';

test('operations that keep the event loop for long let others in between, and none is left out', async () => {
  let at = 0;
  const turns = createEventLoopYield(50, () => at);
  const order: string[] = [];
  const operation = async (name: string) => {
    while (turns.isSpent()) await turns.next();
    at += 60;
    order.push(name);
  };
  const all = ['first', 'second', 'third', 'fourth'].map(operation);
  const other = new Promise<void>((resolve) => {
    setImmediate(() => {
      order.push('other');
      resolve();
    });
  });
  await Promise.all([...all, other]);
  expect(order).toEqual(['first', 'second', 'other', 'third', 'fourth']);
});

test('quick operations share a turn', async () => {
  const turns = createEventLoopYield(50, () => 0);
  expect(Array.from({ length: 1000 }, () => turns.isSpent()).some((spent) => spent)).toBe(false);
});
