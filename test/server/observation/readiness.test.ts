import { expect, test } from 'vitest';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import { createReadiness, oncePerSecond } from '../../../src/server/observation/readiness.ts';

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
  expect({ together, soon, later: await ask(), runs }).toEqual({ together: [1, 1, 1], soon: 1, later: 2, runs: 2 });
});

test('a draining gateway is not ready at once, whatever its store says', async () => {
  const state = { draining: false };
  const ready = createReadiness({ store: { ping: async () => {} } as never }, state);
  const before = await ready();
  state.draining = true;
  expect({ before, ready: await ready() }).toEqual({ before: 'ready', ready: 'draining' });
});

test('a full disk is told apart from a store that is away', async () => {
  const readinessOf = (error: Error) =>
    createReadiness({ store: { ping: async () => Promise.reject(error) } as never }, { draining: false })();
  expect({
    full: await readinessOf(new DomainError('STORAGE_FULL', 'full')),
    away: await readinessOf(new DomainError('UNAVAILABLE', 'away')),
  }).toEqual({ full: 'storage full', away: 'store unavailable' });
});

test('a store that says nothing is not ready, and whoever asks is told so', async () => {
  const ready = createReadiness({ store: { ping: () => new Promise(() => {}) } as never }, { draining: false }, 1);
  expect(await ready()).toBe('store unavailable');
});
