import { v7 as uuidv7 } from 'uuid';
import { checkMasterKey, createInstance } from '../../src/crypto/key-check.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { InstanceRow } from '../../src/domain/store.ts';

/** A clock that stands still until it is told. */
export function createTestClock(start = Date.UTC(2026, 0, 5)): Clock & { advance(ms: number): void } {
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
