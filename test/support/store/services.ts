import { createHmac } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { checkMasterKey, createInstance } from '../../../src/crypto/key-check.ts';
import type { Clock } from '../../../src/domain/ports/clock.ts';
import type { InstanceRow } from '../../../src/domain/ports/instance-store.ts';
import type { RowSigner, Store } from '../../../src/domain/ports/store.ts';

/** A clock that stands still until it is told. */
/** Stands still unless it is told otherwise. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function createTestClock(start = Date.UTC(2026, 0, 5)): TestClock {
  let at = start;
  return {
    now: () => at,
    advance(ms) {
      at += ms;
    },
  };
}

export const TEST_MASTER_KEY = Buffer.alloc(32, 7);

export function verifyTestInstance(stored: InstanceRow | null): InstanceRow {
  if (stored !== null) checkMasterKey(TEST_MASTER_KEY, stored);
  return stored ?? createInstance(TEST_MASTER_KEY, uuidv7(), 0);
}

/** Signs the rows of a store that is tested without a vault. */
export const TEST_SIGNER: RowSigner = { sign: (text) => createHmac('sha256', TEST_MASTER_KEY).update(text).digest() };

export function signed<S extends Store>(store: S): S {
  store.signWith(TEST_SIGNER);
  return store;
}

/** Opens a store whose rows are signed by the tests' key. */
export async function openSigned<O extends { readonly store: Store }>(opening: Promise<O>): Promise<O> {
  const opened = await opening;
  signed(opened.store);
  return opened;
}
