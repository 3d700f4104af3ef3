import { KEY_LOCK } from '../domain/store.ts';
import { UPGRADE_RECORD_MS } from '../domain/vault.ts';
import { destroyStaged } from './discard-change.ts';
import { localActor } from './prepare-instance.ts';
import { record, type Services } from './services.ts';

const BATCH = 100;

/** One pass of the gateway's housekeeping. Safe to run anywhere at any time: every step is guarded in its statement. */
export interface HousekeepingPass {
  readonly retired: number;
  readonly destroyed: number;
  readonly expiredChanges: number;
  /** The old master key opens nothing any more. */
  readonly endedRotation: boolean;
}

const REQUEST = { id: 'housekeeping', ip: null, client: {} } as const;

/**
 * Retires PREVIOUS versions whose overlap has passed and that no live lease holds, destroys ciphertext whose time is over, and
 * drops what expired changes sealed, and the record by which an old master key still opens the store.
 */
export async function keepHouse(services: Services): Promise<HousekeepingPass> {
  return {
    retired: await retireVersions(services),
    destroyed: await destroyContent(services),
    expiredChanges: await dropExpiredChanges(services),
    endedRotation: await endRotation(services),
  };
}

async function retireVersions(services: Services): Promise<number> {
  let retired = 0;
  for (const { connectionId, version, projectId } of await services.store.read.versions.retirable(await services.store.now(), BATCH)) {
    const done = await services.store.write(async (tx) => {
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
    if (done) retired += 1;
  }
  return retired;
}

async function destroyContent(services: Services): Promise<number> {
  let destroyed = 0;
  const before = (await services.store.now()) - services.settings.destroyAfterMs;
  for (const { connectionId, version, contentId, projectId } of await services.store.read.versions.destroyable(before, BATCH)) {
    const done = await services.store.write(async (tx) => {
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
    if (done) destroyed += 1;
  }
  return destroyed;
}

async function dropExpiredChanges(services: Services): Promise<number> {
  const now = await services.store.now();
  let dropped = 0;
  for (const change of await services.store.read.changes.expired(now, BATCH)) {
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
    if (!done) continue;
    dropped += 1;
    services.observer.changed(change.purpose, 'expired');
  }
  return dropped;
}

async function endRotation({ store }: Services): Promise<boolean> {
  const { forward, back } = await store.read.keys.upgrade();
  if (forward === null || back !== null || forward.createdAt + UPGRADE_RECORD_MS > (await store.now())) return false;
  return await store.write(async (tx) => {
    await tx.lock(KEY_LOCK, 'exclusive');
    return await tx.keys.dropUpgrade((await tx.now()) - UPGRADE_RECORD_MS + 1);
  });
}
