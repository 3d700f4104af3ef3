import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { StartupError } from '../../domain/errors/startup-error.ts';
import { type InstanceRow, KEY_LOCK } from '../../domain/ports/instance-store.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Rekey, UPGRADE_RECORD_MS } from '../../domain/ports/vault.ts';
import { type Actor, requireLocal, requireOperator } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { Services } from '../services.ts';

export interface RotationProgress {
  readonly state: 'ROTATING' | 'FINISHED';
  readonly toKid: string;
  /** Keys that are still wrapped for the old master key. */
  readonly remaining: number;
}

/**
 * Takes the next step of a rotation to the master key in this file, in one transaction; callers go on until it is FINISHED. The
 * first makes the store readable with either key, the next ones wrap one owner's keys anew, and the last makes the new key the
 * one that counts. Killed between any two of them, the store opens with either key, and the next call goes on. The old key opens
 * it for ten minutes more, while other replicas learn the new one. Throws REQUEST_IN_PROGRESS during another rotation.
 */
export async function rotateMasterKey(services: Services, actor: Actor, newKeyFile: string): Promise<RotationProgress> {
  requireOperator(actor);
  requireLocal(actor);
  const rekey = services.vault.rekeyTo(readKey(services, newKeyFile));
  const progress = await services.store.write(async (tx) => {
    await tx.lock(KEY_LOCK, 'exclusive');
    const instance = await tx.instance.find();
    if (instance === null) throw new DomainError('INTEGRITY', 'The row that says which master key opens the store is missing.');
    return (await step(services, actor, tx, { instance, rekey })) ?? { state: 'FINISHED' as const, toKid: rekey.toKid, remaining: 0 };
  });
  await services.vault.refresh();
  return progress;
}

function readKey(services: Services, file: string): Buffer {
  try {
    return services.readMasterKey(file);
  } catch (error) {
    throw error instanceof StartupError ? badRequest('newKeyFile', error.message) : error;
  }
}

interface Rotation {
  readonly instance: InstanceRow;
  readonly rekey: Rekey;
}

/** Null when the new key is the one in use. */
async function step(services: Services, actor: Actor, tx: Writers, rotation: Rotation): Promise<RotationProgress | null> {
  const { instance, rekey } = rotation;
  if (instance.kid === rekey.toKid) return null;
  const { forward, back } = await tx.keys.upgrade();
  if (back !== null && back.kid !== rekey.toKid)
    throw new DomainError('REQUEST_IN_PROGRESS', `A rotation to the key ${back.kid} is half done. Finish it first, with that key.`, {
      fromKid: instance.kid,
      toKid: back.kid,
    });
  const now = await tx.now();
  if (back === null) {
    if (forward !== null)
      throw new DomainError(
        'REQUEST_IN_PROGRESS',
        'The last rotation has just ended, and its old key still opens the store. Try again later.',
        {
          retryAfterSeconds: Math.max(1, Math.ceil((forward.createdAt + UPGRADE_RECORD_MS - now) / 1000)),
        },
      );
    await tx.keys.beginUpgrade(rekey.records(instance.kid), now);
    await record(services, tx, actor, stepEntry(rotation, 'begin'));
    return await rotating(tx, rekey);
  }
  const keys = await tx.keys.nextOutside(rekey.toKid);
  for (const key of keys) await tx.keys.rewrap(rekey.rewrap(key), key.kid);
  if (keys.length > 0) return await rotating(tx, rekey);
  await tx.instance.replaceKey(instance.kid, rekey.check());
  await tx.keys.endUpgrade(now);
  await record(services, tx, actor, stepEntry(rotation, 'finish'));
  return null;
}

async function rotating(tx: Writers, { toKid }: Rekey): Promise<RotationProgress> {
  return { state: 'ROTATING', toKid, remaining: await tx.keys.countOutside(toKid) };
}

function stepEntry({ instance, rekey }: Rotation, step: 'begin' | 'finish') {
  const details = { step, fromKid: instance.kid, toKid: rekey.toKid };
  return { action: 'instance.rekey', entity: 'project', entityId: null, details } as const;
}
