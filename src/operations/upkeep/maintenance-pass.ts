import type { Change } from '../../domain/change/change.ts';
import type { Version } from '../../domain/connection/connection.ts';
import { KEY_LOCK } from '../../domain/ports/instance-store.ts';
import { UPGRADE_RECORD_MS } from '../../domain/ports/vault.ts';
import { createPacer } from '../../domain/time/pacer.ts';
import { destroyedIfRetiredBy } from '../../domain/version/retirement.ts';
import type { VersionPlace } from '../../domain/version/version-store.ts';
import { localActor } from '../access/prepare-instance.ts';
import { record } from '../audit/record.ts';
import { destroyStaged } from '../changes/discard-change.ts';
import type { Services } from '../services.ts';

/** Rows that are looked at together, and how many of them are written at the same time: on the embedded store these share a commit. */
const BATCH = 100;
const AT_ONCE = 10;

/** One maintenance pass. Safe to run anywhere at any time: every step is guarded in its statement. */
export interface MaintenancePass {
  readonly retired: number;
  readonly destroyed: number;
  readonly expiredChanges: number;
  /** The old master key opens nothing any more. */
  readonly endedRotation: boolean;
}

const REQUEST = { id: 'housekeeping', ip: null, client: {} } as const;

/**
 * Retires PREVIOUS versions whose overlap has passed and that no live lease holds, destroys ciphertext whose time is over, and
 * drops what expired changes sealed, and the record by which an old master key still opens the store. Goes on until there is nothing
 * left to do, so that it keeps up with whatever is abandoned, or until `isOver`; others get in between.
 */
export async function runMaintenance(services: Services, isOver: () => boolean = () => false): Promise<MaintenancePass> {
  return {
    retired: await retireVersions(services, isOver),
    destroyed: await destroyContent(services, isOver),
    expiredChanges: await dropExpiredChanges(services, isOver),
    endedRotation: await endRotation(services),
  };
}

async function retireVersions(services: Services, isOver: () => boolean): Promise<number> {
  const now = await services.store.now();
  return await eachOf(
    (after: VersionPlace | null) => services.store.read.versions.retirable(now, BATCH, after),
    (version) => retireVersion(services, version),
    isOver,
  );
}

async function retireVersion(services: Services, { connectionId, version, projectId }: Version): Promise<boolean> {
  return await services.store.write(async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    if (!(await tx.versions.retire(connectionId, version, await tx.now()))) return false;
    // Says that the old credential can now be revoked at its source.
    await record(services, tx, localActor(projectId, 'gateway', REQUEST), {
      action: 'version.retire',
      entity: 'connection',
      entityId: connectionId,
      details: { version },
    });
    return true;
  });
}

async function destroyContent(services: Services, isOver: () => boolean): Promise<number> {
  const before = destroyedIfRetiredBy(services.settings, await services.store.now());
  return await eachOf(
    (after: VersionPlace | null) => services.store.read.versions.destroyable(before, BATCH, after),
    (version) => destroyVersion(services, version, before),
    isOver,
  );
}

async function destroyVersion(
  services: Services,
  { connectionId, version, contentId, projectId }: Version,
  before: number,
): Promise<boolean> {
  return await services.store.write(async (tx) => {
    await tx.lock(connectionId, 'exclusive');
    // Content that a roll-back made current again is kept for as long as a version that is in use needs it.
    if (
      contentId === null ||
      !(await tx.contents.destroyIfUnused(contentId, before)) ||
      !(await tx.versions.markDestroyed(connectionId, version, await tx.now()))
    )
      return false;
    await record(services, tx, localActor(projectId, 'gateway', REQUEST), {
      action: 'version.destroy',
      entity: 'connection',
      entityId: connectionId,
      details: { version },
    });
    return true;
  });
}

async function dropExpiredChanges(services: Services, isOver: () => boolean): Promise<number> {
  const now = await services.store.now();
  return await eachOf(
    async () => {
      const rows = await services.store.read.changes.expired(now, BATCH);
      // Dropped changes are not found again, so each page begins at the start.
      return { rows, next: rows.length < BATCH ? null : START };
    },
    (change) => dropChange(services, change),
    isOver,
  );
}

const START = { at: 0, id: '', version: 0 };

async function dropChange(services: Services, change: Change): Promise<boolean> {
  const done = await services.store.write(async (tx) => {
    await tx.lock(change.connectionId, 'exclusive');
    if (!(await tx.changes.discard(change.id, await tx.now()))) return false;
    await destroyStaged(tx, change);
    await record(services, tx, localActor(change.projectId, 'gateway', REQUEST), {
      action: 'change.discard',
      entity: 'connection',
      entityId: change.connectionId,
      details: { changeId: change.id, expired: true },
    });
    return true;
  });
  if (done) services.observer.changed(change.purpose, 'expired');
  return done;
}

/** Page by page, some of each at the same time. Returns of how many `work` said that it did something. */
async function eachOf<Row, After>(
  pageBehind: (after: After | null) => Promise<{ readonly rows: readonly Row[]; readonly next: After | null }>,
  work: (row: Row) => Promise<boolean>,
  isOver: () => boolean,
): Promise<number> {
  const pacer = createPacer();
  let done = 0;
  for (let after: After | null = null; !isOver(); ) {
    const { rows, next }: { readonly rows: readonly Row[]; readonly next: After | null } = await pageBehind(after);
    for (let start = 0; start < rows.length && !isOver(); start += AT_ONCE) {
      const outcomes = await Promise.allSettled(rows.slice(start, start + AT_ONCE).map(work));
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') throw outcome.reason;
        if (outcome.value) done += 1;
      }
      await pacer.pause();
    }
    if (next === null) break;
    after = next;
  }
  return done;
}

async function endRotation({ store }: Services): Promise<boolean> {
  const { forward, back } = await store.read.keys.upgrade();
  if (forward === null || back !== null || forward.createdAt + UPGRADE_RECORD_MS > (await store.now())) return false;
  return await store.write(async (tx) => {
    await tx.lock(KEY_LOCK, 'exclusive');
    return await tx.keys.dropUpgrade((await tx.now()) - UPGRADE_RECORD_MS + 1);
  });
}
