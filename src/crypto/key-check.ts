import { randomBytes } from 'node:crypto';
import { StartupError } from '../domain/startup-error.ts';
import type { InstanceRow } from '../domain/store.ts';
import { keyEncryptionKey, keyId, lengthPrefixed } from './derive.ts';
import { open, seal } from './envelope.ts';

const CHECK = Buffer.from('changeover key check', 'utf8');

function associated(instanceId: string): Buffer {
  return lengthPrefixed(['key-check', instanceId]);
}

/** A new instance: its id, and a value that only its master key opens. */
export function createInstance(master: Uint8Array, id: string, now: number): InstanceRow {
  return { id, kid: keyId(master), keyCheck: seal(keyEncryptionKey(master, id), 0, CHECK, associated(id), randomBytes), createdAt: now };
}

/** Throws StartupError showing both key ids unless this master key opens the instance. It comes before migrations, so a wrong key writes nothing. */
export function checkMasterKey(master: Uint8Array, instance: InstanceRow): void {
  try {
    if (open(keyEncryptionKey(master, instance.id), instance.keyCheck, associated(instance.id)).equals(CHECK)) return;
  } catch {
    // Whatever the reason, the answer is the same line below.
  }
  throw new StartupError(
    `The master key does not open this store: the key given is ${keyId(master)}, the store was made with ${instance.kid}. Give that key; nothing was written.`,
  );
}
