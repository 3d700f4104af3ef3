import { describe, expect, test } from 'vitest';
import { destroyedIfRetiredBy, isOverlapOver, overlapEnd } from '../../../src/domain/version/retirement.ts';

describe('a version that was replaced', () => {
  test("stays valid for its connection's own overlap", () => {
    expect(overlapEnd({ overlapMs: 500 }, 1000)).toBe(1500);
  });

  test.each([
    { label: 'PREVIOUS', validUntil: 1500, now: 1499, over: false },
    { label: 'PREVIOUS', validUntil: 1500, now: 1500, over: true },
    { label: 'CURRENT', validUntil: null, now: 10 ** 12, over: false },
    { label: 'RETIRED', validUntil: 1500, now: 2000, over: false },
  ] as const)('retires once its overlap is over: $label, valid until $validUntil, at $now: $over', ({ over, now, ...version }) => {
    expect(isOverlapOver(version, now)).toBe(over);
  });

  test('has its ciphertext destroyed a while after it retired', () => {
    expect(destroyedIfRetiredBy({ destroyAfterMs: 700 }, 1000)).toBe(300);
  });
});
