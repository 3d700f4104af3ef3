import { randomBytes } from 'node:crypto';
import { DomainError } from '../domain/errors/errors.ts';
import type { DataKeyPurpose, KeyStore, NewKey, Rekey, WrappedKey } from '../domain/ports/vault.ts';
import { keyEncryptionKey, keyId, lengthPrefixed } from './derive.ts';
import { open, seal } from './envelope.ts';
import { keyCheckOf } from './key-check.ts';
import { openUpgrade, sealUpgrade } from './upgrade-record.ts';

export interface DataKey {
  readonly generation: number;
  readonly key: Buffer;
}

/**
 * The key-encryption keys that this process knows: its master key's and, while the master key is rotated, the other one's. It opens keys
 * that either of them has wrapped, and wraps new ones for the master key that stays.
 */
export interface KeyRing {
  /** Hex of the id of the master key that new keys are wrapped for. */
  readonly kid: string;
  /** Looks for a rotation that another process began or ended. */
  refresh(): Promise<void>;
  /** At least one key: if several processes make the first one at the same time, they all use the one that was stored. */
  keysOf(owner: string, purpose: DataKeyPurpose): Promise<readonly [DataKey, ...DataKey[]]>;
  /** A fresh key, wrapped for the master key that is to stay. */
  wrapFresh(owner: string, purpose: DataKeyPurpose, generation: number): NewKey;
  rekeyTo(master: Uint8Array): Rekey;
}

export function createKeyRing(masterKey: Uint8Array, instanceId: string, keyStore: KeyStore): KeyRing {
  const keks = new Map([[keyId(masterKey), keyEncryptionKey(masterKey, instanceId)]]);
  let target = keyId(masterKey);

  const kekOf = (kid: string): Buffer => {
    const kek = keks.get(kid);
    if (kek === undefined)
      throw new DomainError('INTEGRITY', 'A stored key was wrapped for another master key.', { kid, givenKid: target });
    return kek;
  };

  async function refresh(): Promise<void> {
    for (const record of await keyStore.find(instanceId, 'upgrade')) {
      const known = keks.get(record.kid);
      const other = known === undefined ? null : openUpgrade(known, instanceId, record);
      if (other !== null) keks.set(other.kid, other.kek);
      if (record.generation === BACK) target = record.kid;
      else if (other !== null) target = other.kid;
    }
  }

  async function unwrap(key: WrappedKey): Promise<DataKey> {
    if (!keks.has(key.kid)) await refresh();
    return unwrapWith(kekOf(key.kid), key);
  }

  function unwrapWith(kek: Buffer, { owner, purpose, generation, wrapped, kid }: WrappedKey): DataKey {
    try {
      return { generation, key: open(kek, wrapped, associated(owner, purpose, generation)) };
    } catch {
      throw new DomainError('INTEGRITY', 'A stored key does not open under this master key.', {
        purpose,
        generation,
        kid,
        givenKid: target,
      });
    }
  }

  function associated(owner: string, purpose: WrappedKey['purpose'], generation: number): Buffer {
    return lengthPrefixed([purpose, instanceId, owner, String(generation)]);
  }

  function wrapFresh(owner: string, purpose: DataKeyPurpose, generation: number): NewKey {
    const key = randomBytes(32);
    try {
      return {
        owner,
        purpose,
        generation,
        kid: target,
        wrapped: seal({ key: kekOf(target), generation: 0 }, key, associated(owner, purpose, generation)),
      };
    } finally {
      key.fill(0);
    }
  }

  return {
    get kid() {
      return target;
    },
    refresh,
    wrapFresh,
    async keysOf(owner, purpose) {
      const [first, ...rest] = await keyStore.find(owner, purpose);
      if (first !== undefined) return [await unwrap(first), ...(await Promise.all(rest.map(unwrap)))];
      const stored = await keyStore.insertIfAbsent(wrapFresh(owner, purpose, 1));
      if (stored !== null) return [await unwrap(stored)];
      // A rotation has begun since this process looked last.
      await refresh();
      const again = await keyStore.insertIfAbsent(wrapFresh(owner, purpose, 1));
      if (again === null) throw new DomainError('UNAVAILABLE', 'The master key is being changed. Try again.', { retryAfterSeconds: 1 });
      return [await unwrap(again)];
    },
    rekeyTo(master) {
      const to = { kid: keyId(master), kek: keyEncryptionKey(master, instanceId) };
      return {
        toKid: to.kid,
        records(fromKid) {
          const from = { kid: fromKid, kek: kekOf(fromKid) };
          return [sealUpgrade(instanceId, FORWARD, from, to), sealUpgrade(instanceId, BACK, to, from)];
        },
        rewrap(key) {
          const { key: plain } = unwrapWith(kekOf(key.kid), key);
          try {
            return {
              ...key,
              kid: to.kid,
              wrapped: seal({ key: to.kek, generation: 0 }, plain, associated(key.owner, key.purpose, key.generation)),
            };
          } finally {
            plain.fill(0);
          }
        },
        check: () => ({ kid: to.kid, keyCheck: keyCheckOf(to.kek, instanceId) }),
      };
    },
  };
}

/** Generations of the two upgrade records: the new key for whoever holds the old one, and the old key for whoever holds the new one. */
const FORWARD = 1;
const BACK = 2;
