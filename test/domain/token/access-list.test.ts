import { describe, expect, test } from 'vitest';
import { isOnAccessList, readAccessList } from '../../../src/domain/token/access-list.ts';

const codeOf = (work: () => unknown) => {
  try {
    return work();
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
};

describe('a list of networks', () => {
  test.each([
    [null, '192.0.2.7', true],
    [null, null, true],
    [['192.0.2.7/32'], '192.0.2.7', true],
    [['192.0.2.7/32'], '192.0.2.8', false],
    [['192.0.2.0/24', '2001:db8::/32'], '192.0.2.255', true],
    [['192.0.2.0/24', '2001:db8::/32'], '2001:db8:1::1', true],
    [['192.0.2.0/24', '2001:db8::/32'], '2001:db9::1', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['192.0.2.0/24'], '::ffff:192.0.3.9', false],
    [['0.0.0.0/0'], '203.0.113.1', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['::/0'], '203.0.113.1', false],
    [['2001:db8:0:0:1::/80'], '2001:0db8::1:0:0:7', true],
    [['2001:db8:0:0:1::/80'], '2001:0db8::2:0:0:7', false],
    [['2001:db8::ff00/121'], '2001:db8::ff7f', true],
    [['2001:db8::ff00/121'], '2001:db8::ff80', false],
    [['192.0.2.128/25'], '192.0.2.127', false],
    [['192.0.2.1/32'], '256.0.2.1', false],
    [['0.0.0.0/0'], 'unknown', false],
    [['0.0.0.0/0'], null, false],
  ])('%j, and the address %s: %s', (list, address, expected) => {
    expect(isOnAccessList(list, address)).toBe(expected);
  });

  test.each([
    [null, null, null],
    [null, ['192.0.2.7', '192.0.2.7/32', '2001:db8::/32'], ['192.0.2.7/32', '2001:db8::/32']],
    [null, [], 'BAD_REQUEST'],
    [null, Array.from({ length: 101 }, (_, at) => `192.0.2.${at}`), 'BAD_REQUEST'],
    [null, ['192.0.2.0/33'], 'BAD_REQUEST'],
    [null, ['2001:db8::/129'], 'BAD_REQUEST'],
    [null, ['fe80::1%eth0'], 'BAD_REQUEST'],
    [null, ['192.0.2.0/'], 'BAD_REQUEST'],
    [null, ['example.com'], 'BAD_REQUEST'],
    [null, ['192.0.2.256'], 'BAD_REQUEST'],
    [null, ['1:2:3'], 'BAD_REQUEST'],
    [['192.0.2.0/24'], null, ['192.0.2.0/24']],
    [['192.0.2.0/24'], ['192.0.2.128/25'], ['192.0.2.128/25']],
    [['192.0.2.0/24'], ['192.0.2.7', '192.0.3.7'], 'FORBIDDEN'],
    [['192.0.2.0/24'], ['192.0.0.0/16'], 'FORBIDDEN'],
    [['192.0.2.0/24'], ['::ffff:192.0.2.0/120'], 'FORBIDDEN'],
  ])('of a maker with %j, given %j, is %j', (own, given, expected) => {
    expect(codeOf(() => readAccessList({ accessList: own }, given))).toEqual(expected);
  });
});
