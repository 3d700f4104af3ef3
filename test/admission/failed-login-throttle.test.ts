import { describe, expect, test } from 'vitest';
import { createLoginThrottle } from '../../src/admission/failed-login-throttle.ts';

const ADDRESS = '192.0.2.1';

function bench(perMinute = 3) {
  let now = 0;
  const logins = createLoginThrottle(
    (text) => !text.startsWith('rubbish'),
    perMinute,
    () => now,
  );
  let made = 0;
  const login = (secret: string, address = ADDRESS, id?: string) => {
    try {
      logins.admit(address, id === undefined ? { secret } : { secret, id });
      return 'passes';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  return {
    logins,
    login,
    advance(ms: number) {
      now += ms;
    },
    /** Fails so often, with another token each time unless one is given. */
    fail(times: number, { secret, address = ADDRESS }: { secret?: string; address?: string } = {}) {
      for (let failed = 0; failed < times; failed += 1) {
        made += 1;
        logins.failed(address, { secret: secret ?? `unknown ${made}` });
      }
    },
  };
}

describe('#52 where too many logins fail', () => {
  test('what has just failed is put off for the rest of the minute, and nobody is at another address', () => {
    const { fail, login, advance } = bench();
    fail(3, { secret: 'bad' });
    const put = { here: login('bad'), elsewhere: login('other', '192.0.2.2') };
    advance(60_000);
    expect({ put, later: login('bad') }).toEqual({ put: { here: 'RATE_LIMITED', elsewhere: 'passes' }, later: 'passes' });
  });

  test('a token and a session that were good before still pass, until they fail themselves', () => {
    const { fail, login, logins } = bench();
    logins.succeeded({ secret: 'owner', id: 'o' }, 'o');
    logins.succeeded({ secret: 'session one' }, null);
    logins.succeeded({ secret: 'session two' }, null);
    fail(50);
    // What was not seen yet passes ten times at most.
    while (login('new') === 'passes');
    const good = [login('owner', ADDRESS, 'o'), login('session one'), login('session two')];
    logins.failed(ADDRESS, { secret: 'owner', id: 'o' });
    expect({ good, revoked: login('owner', ADDRESS, 'o') }).toEqual({ good: ['passes', 'passes', 'passes'], revoked: 'RATE_LIMITED' });
  });

  test('who is new passes while others repeat themselves, and a few of those that were not seen yet do while others guess', () => {
    const { fail, login, advance } = bench();
    fail(1000, { secret: 'a forgotten one' });
    const somebodyNew = login('new');
    const guesses = Array.from({ length: 100 }, (_, index) => login(`guess ${index}`)).filter((one) => one === 'passes').length;
    advance(10_000);
    const later = Array.from({ length: 100 }, (_, index) => login(`other guess ${index}`)).filter((one) => one === 'passes').length;
    expect({ somebodyNew, guesses, later }).toEqual({ somebodyNew: 'passes', guesses: 9, later: 5 });
  });

  test('what is no token is put off by itself, and stands in the way of none', () => {
    const { fail, login } = bench();
    for (let sent = 0; sent < 100; sent += 1) fail(1, { secret: `rubbish ${sent}` });
    expect({ rubbish: login('rubbish 100'), news: new Set(Array.from({ length: 100 }, (_, index) => login(`new ${index}`))) }).toEqual({
      rubbish: 'RATE_LIMITED',
      news: new Set(['passes']),
    });
  });

  test('tokens that begin alike are counted together, from wherever they come', () => {
    const { fail, login, logins } = bench();
    logins.succeeded({ secret: 'chg_svc_abcdef and the rest' }, 'o');
    for (const last of [1, 2, 3]) fail(1, { secret: `chg_svc_abcdef ${last}`, address: `198.51.100.${last}` });
    expect({
      again: login('chg_svc_abcdef 1', '203.0.113.1'),
      other: login('chg_svc_ghijkl 1', '203.0.113.1'),
      good: login('chg_svc_abcdef and the rest', '203.0.113.1'),
    }).toEqual({ again: 'RATE_LIMITED', other: 'passes', good: 'passes' });
  });
});
