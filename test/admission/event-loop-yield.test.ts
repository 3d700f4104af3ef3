import { expect, test } from 'vitest';
import { createEventLoopYield } from '../../src/admission/event-loop-yield.ts';

test('operations that keep the event loop for long let others in between, and none is left out', async () => {
  let at = 0;
  const eventLoop = createEventLoopYield(50, () => at);
  const order: string[] = [];
  const operation = async (name: string) => {
    while (eventLoop.isSpent()) await eventLoop.next();
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

test('quick operations run without a yield between them', async () => {
  const eventLoop = createEventLoopYield(50, () => 0);
  expect(Array.from({ length: 1000 }, () => eventLoop.isSpent()).some((spent) => spent)).toBe(false);
});
