import { describe, expect, test } from 'vitest';
import { isRepeat, isStillOpen, noSuchKey, requireOpen } from '../../../src/domain/change/open-change.ts';
import { openChangeLimits, requireRoomForChange } from '../../../src/domain/change/open-change-limit.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

describe('a temporary key', () => {
  test.each([
    { state: 'OPEN', waitUntil: null, now: 99, is: 'ok' },
    { state: 'OPEN', waitUntil: null, now: 100, is: 'CHANGE_EXPIRED' },
    // What waits has a deadline of its own.
    { state: 'PENDING', waitUntil: 500, now: 499, is: 'ok' },
    { state: 'PENDING', waitUntil: 500, now: 500, is: 'CHANGE_EXPIRED' },
    { state: 'COMMITTED', waitUntil: null, now: 99, is: 'CHANGE_OUTDATED' },
    { state: 'COMMITTED', waitUntil: null, now: 500, is: 'CHANGE_OUTDATED' },
    // The same answer before and after maintenance has discarded what expired.
    { state: 'DISCARDED', waitUntil: null, now: 500, is: 'CHANGE_EXPIRED' },
    { state: 'DISCARDED', waitUntil: null, now: 99, is: 'CHANGE_OUTDATED' },
  ] as const)('of a change that is $state works at $now: $is', ({ state, waitUntil, now, is }) => {
    expect(refusalOf(() => requireOpen({ id: 'a change', state, waitUntil, expiresAt: 100 }, now))).toBe(is);
  });

  test.each([
    { state: 'OPEN', now: 99, is: true },
    { state: 'OPEN', now: 100, is: false },
    { state: 'PENDING', now: 99, is: false },
    { state: 'COMMITTED', now: 99, is: false },
    { state: 'DISCARDED', now: 99, is: false },
  ] as const)('of a change that is $state can be given out once more at $now: $is', ({ state, now, is }) => {
    expect(isStillOpen({ state, expiresAt: 100 }, now)).toBe(is);
  });

  test.each([
    { state: 'OPEN', by: 'anybody', is: false },
    { state: 'DISCARDED', by: 'anybody', is: false },
    { state: 'COMMITTED', by: 'its committer', is: true },
    { state: 'PENDING', by: 'its committer', is: false },
    { state: 'COMMITTED', by: 'a stranger', is: 'NOT_FOUND' },
    { state: 'PENDING', by: 'a stranger', is: 'NOT_FOUND' },
  ] as const)('that is used again by $by once its change is $state is a repeat: $is', ({ state, by, is }) => {
    const repeat = { is: false };
    const refusal = refusalOf(() => {
      repeat.is = isRepeat({ state, committedBy: 'its committer', purpose: 'update' }, by);
    });
    expect(refusal === 'ok' ? repeat.is : refusal).toBe(is);
  });
});

test('a token may have ten times as many open changes that create connections as one connection has', () => {
  const limits = openChangeLimits(100);
  expect({
    limits,
    last: refusalOf(() => requireRoomForChange(99, limits.ofConnection, 'This connection has')),
    oneMore: refusalOf(() => requireRoomForChange(100, limits.ofConnection, 'This connection has')),
  }).toEqual({ limits: { ofConnection: 100, ofCreator: 1000 }, last: 'ok', oneMore: 'LIMIT_EXCEEDED' });
});

test('a key that nobody may use is told by the argument that it came in, and what to send in its place', () => {
  const told = [true, false].map(noSuchKey).map(({ code, details, message }) => ({ code, path: details.path, message }));
  expect(told).toEqual([
    { code: 'NOT_FOUND', path: 'key', message: expect.stringMatching(/stage the change, and send the key of that answer as key\.$/) },
    { code: 'NOT_FOUND', path: 'tempCredentialsKey', message: expect.stringMatching(/as tempCredentialsKey\.$/) },
  ]);
});
