import { describe, expect, test } from 'vitest';
import { isOnCurrent, requireBase } from '../../../src/domain/change/base-version.ts';
import type { Change } from '../../../src/domain/change/change.ts';
import { isRollBackRepeat, isWaitingRollBack, requireRestorable, requireStillCurrent } from '../../../src/domain/change/roll-back.ts';
import type { Version } from '../../../src/domain/connection/connection.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

// The rules read no more of a version and of a change than this.
const rolledBack = { version: 9, origin: 'roll-back', restoredFrom: 7, createdBy: 'me' } as Version;
const changed = { version: 9, origin: 'change', restoredFrom: null, createdBy: 'me' } as Version;
const made = { baseVersion: 8, expiresAt: 1000 } as Change;
const request = { version: null, expectedVersion: null, by: 'me', now: 10 };

describe('a roll-back', () => {
  test.each([
    { what: 'of a version that a change made', current: changed, given: {}, is: false },
    { what: 'that is sent again by whoever made it', current: rolledBack, given: {}, is: true },
    { what: 'that says which version was left', current: rolledBack, given: { by: 'another', expectedVersion: 8 }, is: true },
    { what: 'by another, that says nothing', current: rolledBack, given: { by: 'another' }, is: 'VERSION_CONFLICT' },
    { what: 'by whoever made it, after an hour', current: rolledBack, given: { now: 1000 }, is: 'VERSION_CONFLICT' },
    { what: 'to yet another version', current: rolledBack, given: { version: 6 }, is: false },
    { what: 'that leaves what is CURRENT', current: rolledBack, given: { expectedVersion: 9 }, is: false },
    { what: 'that leaves what is not', current: changed, given: { expectedVersion: 8 }, is: 'VERSION_CONFLICT' },
  ])('$what is a repeat: $is', ({ current, given, is }) => {
    const repeat = { is: false };
    const refusal = refusalOf(() => {
      repeat.is = isRollBackRepeat(current, made, { ...request, ...given });
    });
    expect(refusal === 'ok' ? repeat.is : refusal).toBe(is);
  });

  test.each([
    { label: 'PREVIOUS', destroyedAt: null, is: 'ok' },
    { label: 'RETIRED', destroyedAt: null, is: 'ok' },
    { label: 'RETIRED', destroyedAt: 5, is: 'BAD_REQUEST' },
    { label: 'CURRENT', destroyedAt: null, is: 'BAD_REQUEST' },
  ] as const)('leads to a $label version that was destroyed at $destroyedAt: $is', ({ label, destroyedAt, is }) => {
    expect(refusalOf(() => requireRestorable({ version: 3, label, destroyedAt }))).toBe(is);
  });

  test('leaves the version that was looked at', () => {
    expect({
      same: refusalOf(() => requireStillCurrent({ state: 'OPEN', baseVersion: 8 }, { version: 8 })),
      another: refusalOf(() => requireStillCurrent({ state: 'OPEN', baseVersion: 9 }, { version: 8 })),
      earlierRun: refusalOf(() => requireStillCurrent({ state: 'COMMITTED', baseVersion: 7 }, { version: 8 })),
    }).toEqual({ same: 'ok', another: 'VERSION_CONFLICT', earlierRun: 'ok' });
  });

  test.each([
    { waiting: null, asked: { version: null, by: 'me' }, is: false },
    { waiting: { purpose: 'roll-back', committedBy: 'me', restoredFrom: 7 }, asked: { version: null, by: 'me' }, is: true },
    { waiting: { purpose: 'roll-back', committedBy: 'me', restoredFrom: 7 }, asked: { version: 7, by: 'me' }, is: true },
    { waiting: { purpose: 'roll-back', committedBy: 'me', restoredFrom: 7 }, asked: { version: 6, by: 'me' }, is: false },
    { waiting: { purpose: 'roll-back', committedBy: 'another', restoredFrom: 7 }, asked: { version: 7, by: 'me' }, is: false },
    { waiting: { purpose: 'update', committedBy: 'me', restoredFrom: null }, asked: { version: null, by: 'me' }, is: false },
  ])('that waits already ($waiting) is what $asked asks for: $is', ({ waiting, asked, is }) => {
    expect(isWaitingRollBack(waiting as Change | null, asked)).toBe(is);
  });
});

test('a change is committed on the version that it was staged on, and on no other', () => {
  const on = (baseVersion: number | null) => ({
    isOnCurrent: isOnCurrent({ baseVersion }, { currentVersion: 3 }),
    refusal: refusalOf(() => requireBase({ baseVersion }, { currentVersion: 3 })),
  });
  expect({ same: on(3), older: on(2), none: on(null) }).toEqual({
    same: { isOnCurrent: true, refusal: 'ok' },
    older: { isOnCurrent: false, refusal: 'VERSION_CONFLICT' },
    none: { isOnCurrent: false, refusal: 'VERSION_CONFLICT' },
  });
});
