import { describe, expect, test } from 'vitest';
import { readExpiry, readLimit, requireNoLongerRights, requireNoWider } from '../../../src/domain/token/new-token.ts';
import { isWithinReach, mayRevoke, requireOwnerLeft } from '../../../src/domain/token/revocation.ts';
import { permissionsOf, type Role } from '../../../src/domain/token/roles.ts';
import { isSignedIn, MOST_SESSIONS, sessionEnd } from '../../../src/domain/token/session-term.ts';
import type { Token } from '../../../src/domain/token/token.ts';
import { grantInUse, requireRightsOfNow } from '../../../src/domain/token/token-life.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

const token: Token = {
  id: 'a token',
  kind: 'svc',
  name: 'ci',
  homeProjectId: 'sales',
  hash: Buffer.alloc(32),
  digest: null,
  keyScope: null,
  operator: false,
  integrationIds: null,
  accessList: null,
  comment: null,
  createdAt: 0,
  createdBy: null,
  expiresAt: 1000,
  revokedAt: null,
  lastUsedAt: null,
};
const grant = { tokenId: 'a token', projectId: 'sales', roles: ['owner'] } as const;

describe('a new token', () => {
  test.each([
    { days: null, maker: null, ends: null },
    { days: null, maker: 5 * DAY, ends: 5 * DAY },
    { days: 1, maker: null, ends: DAY + 7 },
    { days: 3650, maker: null, ends: 3650 * DAY + 7 },
    { days: 5, maker: 5 * DAY + 7, ends: 5 * DAY + 7 },
  ])('that is to last for $days days, by a maker that ends at $maker, ends at $ends', ({ days, maker, ends }) => {
    expect(readExpiry({ expiresAt: maker }, days, 7)).toBe(ends);
  });

  test.each([
    { days: 0, maker: null, is: 'BAD_REQUEST' },
    { days: 3651, maker: null, is: 'BAD_REQUEST' },
    { days: 1.5, maker: null, is: 'BAD_REQUEST' },
    { days: 5, maker: 5 * DAY + 6, is: 'FORBIDDEN' },
  ])('that is to last for $days days, by a maker that ends at $maker, is $is', ({ days, maker, is }) => {
    expect(refusalOf(() => readExpiry({ expiresAt: maker }, days, 7))).toBe(is);
  });

  test('is limited as its maker is where nothing is asked for, and an empty list is a mistake', () => {
    expect({
      unlimited: readLimit({ integrationIds: null }, null),
      asItsMaker: readLimit({ integrationIds: ['a'] }, null),
      asAsked: readLimit({ integrationIds: null }, ['a', 'b', 'a']),
      empty: refusalOf(() => readLimit({ integrationIds: null }, [])),
    }).toEqual({ unlimited: null, asItsMaker: ['a'], asAsked: ['a', 'b'], empty: 'BAD_REQUEST' });
  });

  test('runs the instance only where its maker does', () => {
    expect({
      operatorByOperator: refusalOf(() => requireNoWider({ operator: true }, { operator: true })),
      operatorByOwner: refusalOf(() => requireNoWider({ operator: false }, { operator: true })),
      other: refusalOf(() => requireNoWider({ operator: false }, { operator: false })),
    }).toEqual({ operatorByOperator: 'ok', operatorByOwner: 'FORBIDDEN', other: 'ok' });
  });
});

describe('new rights of a token that there is', () => {
  test.each([
    { what: 'more, without an end', giver: DAY, before: ['viewer'], roles: ['owner'], ends: null, is: 'FORBIDDEN' },
    { what: 'more, for longer', giver: DAY, before: ['viewer'], roles: ['editor'], ends: DAY + 1, is: 'FORBIDDEN' },
    { what: 'another beside its own', giver: DAY, before: ['owner'], roles: ['owner', 'job'], ends: null, is: 'FORBIDDEN' },
    { what: 'more, for as long', giver: DAY, before: ['viewer'], roles: ['owner'], ends: DAY, is: 'ok' },
    { what: 'fewer', giver: DAY, before: ['owner'], roles: ['viewer'], ends: null, is: 'ok' },
    { what: 'the same', giver: DAY, before: ['viewer'], roles: ['viewer'], ends: null, is: 'ok' },
    { what: 'more, by one without an end', giver: null, before: ['viewer'], roles: ['owner'], ends: null, is: 'ok' },
  ] as const)('$what: $is', ({ giver, before, roles, ends, is }) => {
    expect(refusalOf(() => requireNoLongerRights({ expiresAt: giver }, before, { roles, expiresAt: ends }))).toBe(is);
  });
});

describe('who ends a token', () => {
  test.each([
    { actor: null, limit: null, reaches: true },
    { actor: null, limit: ['a'], reaches: true },
    { actor: ['a', 'b'], limit: ['a'], reaches: true },
    { actor: ['a'], limit: ['a', 'b'], reaches: false },
    { actor: ['a'], limit: null, reaches: false },
  ])('an owner of $actor reaches a token of $limit: $reaches', ({ actor, limit, reaches }) => {
    expect(isWithinReach({ integrationIds: actor }, { integrationIds: limit })).toBe(reaches);
  });

  test('an owner of its home project, where it has a role', () => {
    const by = (projectId: string, integrationIds: readonly string[] | null = null) => ({ projectId, integrationIds });
    expect({
      own: mayRevoke(by('sales'), token, grant),
      another: mayRevoke(by('hr'), token, grant),
      withoutRole: mayRevoke(by('sales'), token, null),
      limited: mayRevoke(by('sales', ['a']), token, grant),
    }).toEqual({ own: true, another: false, withoutRole: false, limited: false });
  });

  test('the last owner stays', () => {
    expect({
      last: refusalOf(() => requireOwnerLeft({ roles: ['owner'] }, 0)),
      lastButOne: refusalOf(() => requireOwnerLeft({ roles: ['owner'] }, 1)),
      viewer: refusalOf(() => requireOwnerLeft({ roles: ['viewer'] }, 0)),
    }).toEqual({ last: 'FORBIDDEN', lastButOne: 'ok', viewer: 'ok' });
  });
});

describe('a token acts', () => {
  test.each([
    { when: 'before its end', given: token, now: 999, acts: true },
    { when: 'at its end', given: token, now: 1000, acts: false },
    { when: 'once revoked', given: { ...token, revokedAt: 5 }, now: 10, acts: false },
    { when: 'without an end', given: { ...token, expiresAt: null }, now: 10 ** 12, acts: true },
    { when: 'with a role in another project alone', given: { ...token, homeProjectId: 'hr' }, now: 10, acts: false },
  ])('$when: $acts', ({ given, now, acts }) => {
    expect(grantInUse(given, [grant], now)).toEqual(acts ? grant : null);
  });
});

describe('a browser is signed in', () => {
  test('for twelve hours, and never for longer than its token', () => {
    expect({ long: sessionEnd({ expiresAt: null }, 5), short: sessionEnd({ expiresAt: HOUR }, 5) }).toEqual({
      long: 12 * HOUR + 5,
      short: HOUR,
    });
  });

  test.each([
    { session: { endedAt: null, expiresAt: 100 }, now: 99, is: true },
    { session: { endedAt: null, expiresAt: 100 }, now: 100, is: false },
    { session: { endedAt: 5, expiresAt: 100 }, now: 6, is: false },
  ])('at $now with $session: $is', ({ session, now, is }) => {
    expect(isSignedIn(session, now)).toBe(is);
  });

  test('with nine others of its token at most', () => {
    expect(MOST_SESSIONS).toBe(10);
  });
});

describe('a request that is on its way', () => {
  test.each<{ had: readonly Role[]; has: readonly Role[]; at: number; is: string }>([
    { had: ['owner'], has: ['owner'], at: 999, is: 'ok' },
    { had: ['editor'], has: ['admin'], at: 999, is: 'ok' },
    { had: ['admin', 'viewer'], has: ['admin'], at: 999, is: 'ok' },
    { had: ['admin'], has: ['editor'], at: 999, is: 'FORBIDDEN' },
    { had: ['editor', 'job'], has: ['editor'], at: 999, is: 'FORBIDDEN' },
    { had: ['owner'], has: ['owner'], at: 1000, is: 'UNAUTHENTICATED' },
  ])('of a token that had $had and has $has, at $at: $is', ({ had, has, at, is }) => {
    const found = { token, grants: [{ ...grant, roles: has }] };
    expect(refusalOf(() => requireRightsOfNow({ permissions: permissionsOf(had) }, found, at))).toBe(is);
  });

  test('ends with a token that is gone', () => {
    expect(refusalOf(() => requireRightsOfNow({ permissions: permissionsOf(['viewer']) }, null, 0))).toBe('UNAUTHENTICATED');
  });
});
