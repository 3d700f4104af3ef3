import type { KeyStore, NewKey, WrappedKey } from './vault.ts';

export interface InstanceRow {
  readonly id: string;
  readonly kid: string;
  readonly keyCheck: Buffer;
  readonly createdAt: number;
}

export interface InstanceReaders {
  /** Null in a store that is new. */
  find(): Promise<InstanceRow | null>;
}

export interface InstanceWriters extends InstanceReaders {
  /** False when there is one: of two racing callers one gets true. */
  insert(row: InstanceRow): Promise<boolean>;
  /** Only if `from` still is the key in use; of two racing callers one gets true. */
  replaceKey(from: string, to: Pick<InstanceRow, 'kid' | 'keyCheck'>): Promise<boolean>;
}

/** The two records of a rotation of the master key: both while it goes on, `forward` alone for minutes after. */
export interface Upgrade {
  readonly forward: WrappedKey | null;
  readonly back: WrappedKey | null;
}

export interface KeyReaders {
  find: KeyStore['find'];
  upgrade(): Promise<Upgrade>;
  /** How many keys are wrapped for another master key. */
  countOutside(kid: string): Promise<number>;
}

/**
 * Take `lock(KEY_LOCK, 'exclusive')` first for all but `insertIfAbsent`, which takes it shared itself: no key is then wrapped for a master
 * key that is about to be replaced.
 */
export interface KeyWriters extends KeyReaders, KeyStore {
  beginUpgrade(records: readonly NewKey[], now: number): Promise<void>;
  /** All keys of one owner that has a key wrapped for another master key than this one; empty when there is none left. */
  nextOutside(kid: string): Promise<readonly WrappedKey[]>;
  /** Only if it still is wrapped for `from`. */
  rewrap(key: WrappedKey, from: string): Promise<boolean>;
  /** From now on the old master key opens the store for some minutes only. */
  endUpgrade(now: number): Promise<void>;
  /** How many rows of the project a generation of its data key has sealed or signed, each counted up to 10,000; answers to idempotent requests for a day. */
  neededBy(
    projectId: string,
    generation: number,
  ): Promise<{ readonly versions: number; readonly contents: number; readonly answers: number; readonly secrets: number }>;
  retire(projectId: string, generation: number): Promise<void>;
  /** Drops the record of a rotation that ended before `before`. True when there was one. */
  dropUpgrade(before: number): Promise<boolean>;
}

export const KEY_LOCK = 'instance-keys';
