import { expect, test } from 'vitest';
import { DomainError } from '../../src/domain/errors/errors.ts';
import { createReadiness, oncePerSecond } from '../../src/server/readiness.ts';

test('whoever asks without a token reaches the store once a second, however many ask', async () => {
  let now = 0;
  let runs = 0;
  const ask = oncePerSecond(
    async () => {
      runs += 1;
      return runs;
    },
    () => now,
  );
  const together = await Promise.all([ask(), ask(), ask()]);
  now = 999;
  const soon = await ask();
  now = 1000;
  expect([together, soon, await ask(), runs]).toEqual([[1, 1, 1], 1, 2, 2]);
});

test('a draining gateway is not ready at once, whatever its store says', async () => {
  const state = { draining: false };
  const ready = createReadiness({ store: { ping: async () => {} } as never }, state);
  const before = await ready();
  state.draining = true;
  expect([before, await ready()]).toEqual(['ready', 'draining']);
});

test('a full disk is told apart from a store that is away', async () => {
  const readinessOf = (error: Error) =>
    createReadiness({ store: { ping: async () => Promise.reject(error) } as never }, { draining: false })();
  expect([await readinessOf(new DomainError('STORAGE_FULL', 'full')), await readinessOf(new DomainError('UNAVAILABLE', 'away'))]).toEqual([
    'storage full',
    'store unavailable',
  ]);
});

test('a store that says nothing is not ready, and whoever asks is told so', async () => {
  const ready = createReadiness({ store: { ping: () => new Promise(() => {}) } as never }, { draining: false }, 1);
  expect(await ready()).toBe('store unavailable');
});
