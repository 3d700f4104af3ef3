import { expect, test } from 'vitest';
import { type Exposed, warnOfExposure } from '../src/warn-of-exposure.ts';

const PRIVATE: Exposed = { address: '127.0.0.1', isProxied: false, isEncrypted: false, userId: 1000 };

test.each<[string, Partial<Exposed>, readonly string[]]>([
  ['on loopback', {}, []],
  ['on loopback by IPv6', { address: '::1' }, []],
  ['on one address', { address: '10.0.0.5' }, ['listening in the clear']],
  ['on one address behind a proxy', { address: '10.0.0.5', isProxied: true }, []],
  ['on all addresses', { address: '0.0.0.0' }, ['listening in the clear']],
  ['on all addresses, where others may go past the proxy', { address: '::', isProxied: true }, ['listening in the clear']],
  ['on all addresses, with a certificate of its own', { address: '0.0.0.0', isEncrypted: true }, []],
  ['as root', { userId: 0 }, ['running as root']],
  ['where there is no root', { userId: undefined }, []],
])('%s', (_, exposed, expected) => {
  const told: string[] = [];
  warnOfExposure({ write: (event) => told.push(event) }, { ...PRIVATE, ...exposed });
  expect(told).toEqual(expected);
});
