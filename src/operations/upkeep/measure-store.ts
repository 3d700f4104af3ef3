import type { Services } from '../services.ts';

/** Rows are counted up to this: whoever watches the gateway must not hold up the others. */
const MOST_COUNTED = 10_000;

type Measured = Pick<Services, 'store'>;

/*
 * What whoever watches the gateway reads, of all projects at once and without an actor: figures, and never an id or a value.
 */

export async function countLiveLeases({ store }: Measured): Promise<number> {
  return await store.read.leases.countLive(await store.now(), MOST_COUNTED);
}

/** PREVIOUS versions, and how old the oldest of them is, milliseconds. */
export async function measureWaitingVersions({ store }: Measured): Promise<{ readonly count: number; readonly oldestMs: number }> {
  const { count, oldest } = await store.read.versions.waiting(MOST_COUNTED);
  return { count, oldestMs: oldest === null ? 0 : (await store.now()) - oldest };
}

export async function countUnsealedAudit({ store }: Measured): Promise<number> {
  return await store.read.audit.countUnsealed(MOST_COUNTED);
}
