import { StartupError } from '../domain/errors/startup-error.ts';
import type { InstanceRow } from '../domain/ports/instance-store.ts';
import type { UpgradeRecord } from '../domain/ports/vault.ts';
import { keyEncryptionKey, keyId, lengthPrefixed } from './derive.ts';
import { open, seal } from './envelope.ts';
import { openUpgrade } from './upgrade-record.ts';

const CHECK = Buffer.from('changeover key check', 'utf8');

function associated(instanceId: string): Buffer {
  return lengthPrefixed(['key-check', instanceId]);
}

/** A value that only this key opens. */
export function keyCheckOf(kek: Uint8Array, instanceId: string): Buffer {
  return seal({ key: kek, generation: 0 }, CHECK, associated(instanceId));
}

/** A new instance: its id, and the value that only its master key opens. */
export function createInstance(master: Uint8Array, id: string, now: number): InstanceRow {
  return { id, kid: keyId(master), keyCheck: keyCheckOf(keyEncryptionKey(master, id), id), createdAt: now };
}

/**
 * Throws StartupError showing the key ids unless this master key opens the instance; while the master key is rotated, and for
 * minutes after, both do. It comes before migrations, so a wrong key writes nothing.
 */
export function checkMasterKey(master: Uint8Array, instance: InstanceRow, upgrades: readonly UpgradeRecord[] = []): void {
  const kid = keyId(master);
  const kek = keyEncryptionKey(master, instance.id);
  if (opens(kek, instance)) return;
  const record = upgrades.find((one) => one.kid === kid);
  if (record !== undefined && openUpgrade(kek, instance.id, record) !== null) return;
  const kids = upgrades.map((one) => one.kid);
  throw new StartupError(
    kids.length === 2
      ? `The master key does not open this store: the key given is ${kid}, and a rotation from ${kids.join(' to ')} is half done. Give either of these keys, then finish it with "changeover rekey"; nothing was written.`
      : `The master key does not open this store: the key given is ${kid}, the store is sealed with ${instance.kid}. Give that key; nothing was written.`,
  );
}

function opens(kek: Buffer, instance: InstanceRow): boolean {
  try {
    return open(kek, instance.keyCheck, associated(instance.id)).equals(CHECK);
  } catch {
    return false;
  }
}
