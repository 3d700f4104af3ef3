import type { Writers } from '../../domain/ports/store.ts';
import { retentionAges } from '../../domain/retention/retention.ts';
import { createPacer } from '../../domain/time/pacer.ts';
import type { Services } from '../services.ts';

/** Most rows of one transaction. */
const BATCH = 200;

/**
 * Deletes rows whose time is over, in short transactions while others work, until none is left or `isOver`. What is alive stays
 * whatever its age: an open change with its proofs, a lease that may still be held, and the last validations of a version.
 * Returns how many rows went.
 */
export async function applyRetention(services: Services, isOver: () => boolean = () => false): Promise<number> {
  const { store, settings } = services;
  const pacer = createPacer();
  const ages = retentionAges(settings.retention, settings, await store.now());
  let dropped = 0;
  const repeat = async (work: (tx: Writers) => Promise<number>) => {
    for (let count = BATCH; count === BATCH && !isOver(); dropped += count) {
      count = await store.write(work);
      await pacer.pause();
    }
  };
  for (const { id } of await store.read.projects.all()) {
    await repeat((tx) => tx.retention.leases(id, ages.leases, BATCH));
    await repeat((tx) => tx.retention.changes(id, ages.changes, BATCH));
  }
  await repeat((tx) => tx.retention.sessions(ages.sessions, BATCH));
  await repeat((tx) => tx.retention.events(ages.events, BATCH));
  for (let after: { readonly at: number; readonly id: string } | null = null; !isOver(); ) {
    const from: typeof after = after;
    const page: Awaited<ReturnType<Writers['retention']['validations']>> = await store.write((tx) =>
      tx.retention.validations(ages.validations, from, BATCH),
    );
    dropped += page.deleted;
    after = page.next;
    if (after === null) break;
    await pacer.pause();
  }
  return dropped;
}

/** Answers to idempotent requests whose day is over, and what guards nonces and bearers that have ended. */
export async function forgetAnswers({ store }: Services, isOver: () => boolean = () => false): Promise<number> {
  const pacer = createPacer();
  let forgotten = 0;
  for (let count = BATCH; count === BATCH && !isOver(); forgotten += count) {
    count = await store.write(async (tx) => tx.idempotency.prune(await tx.now(), BATCH));
    await pacer.pause();
  }
  for (let count = BATCH; count === BATCH && !isOver(); forgotten += count) {
    count = await store.write(async (tx) => tx.retention.replayGuards(await tx.now(), BATCH));
    await pacer.pause();
  }
  return forgotten;
}
