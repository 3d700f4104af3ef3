import { requireUnderLimit, TEST_LIMIT, windowsAt } from '../../domain/connector/test-limit.ts';
import type { ReplayGuardReaders } from '../../domain/token/replay-guard-store.ts';
import type { Services } from '../services.ts';

/**
 * Counts a test of a connection: in no minute, wherever it begins, are there more than ten, whichever gateways they came to. Of racing
 * callers no more than are left may. What is refused costs nothing. Throws RATE_LIMITED.
 */
export async function countTest(services: Services, connectionId: string): Promise<void> {
  const { store, vault } = services;
  const idOf = (window: number, slot: number) =>
    vault.keyedHash('request', 'connection test', connectionId, String(window), String(slot)).toString('hex');
  const slots = Array.from({ length: TEST_LIMIT.tests }, (_, slot) => slot);
  const look = async (guards: ReplayGuardReaders, now: number) => {
    const [current, before] = windowsAt(now);
    const ids = slots.map((slot) => idOf(current, slot));
    const found = await guards.findMany([...ids, ...slots.map((slot) => idOf(before, slot))]);
    requireUnderLimit(
      found.map(({ expiresAt }) => expiresAt),
      now,
    );
    const taken = new Set(found.map(({ id }) => id));
    return ids.find((id) => !taken.has(id));
  };
  // Whoever asks again and again while it is refused makes no transaction.
  await look(store.read.replayGuards, await store.now());
  await store.write(async (tx) => {
    await tx.lock(idOf(0, 0), 'exclusive');
    const now = await tx.now();
    const id = await look(tx.replayGuards, now);
    // Those of the current window all count still, so that with fewer than the limit one of its slots is free.
    if (id !== undefined) await tx.replayGuards.advance({ id, used: 1, expiresAt: now + TEST_LIMIT.withinMs });
  });
}
