import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { bucketOf, trustProxies } from '../../../src/server/request/client-address.ts';

/** As node gives it: the two things of a request that are looked at. */
function clientAddressOf(trusted: readonly string[], remoteAddress: string, headers: Record<string, string>) {
  return trustProxies(trusted).clientAddressOf({ socket: { remoteAddress }, headers } as unknown as IncomingMessage);
}

const SPOOFED = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' };

test('#9 forwarded headers from an address that is no trusted proxy mean nothing', () => {
  expect({ noProxies: clientAddressOf([], '10.0.0.1', SPOOFED), otherProxy: clientAddressOf(['10.0.0.1'], '10.0.0.2', SPOOFED) }).toEqual({
    noProxies: { ip: '10.0.0.1', secure: false },
    otherProxy: { ip: '10.0.0.2', secure: false },
  });
});

test.each([
  ['the client of one proxy', '10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['the client of two proxies', '10.0.0.1', '198.51.100.7, 10.0.0.2', '198.51.100.7'],
  ['what a client made up stands before what the proxy saw', '10.0.0.1', '1.1.1.1, 198.51.100.7', '198.51.100.7'],
  ['a proxy over IPv6 in disguise', '::ffff:10.0.0.1', '198.51.100.7', '198.51.100.7'],
  ['an address with its port', '10.0.0.1', '[2001:db8::7]:4711', '2001:db8::7'],
  ['what is no address', '10.0.0.1', 'unknown', '10.0.0.1'],
  ['no header', '10.0.0.1', '', '10.0.0.1'],
])('behind a trusted proxy: %s', (_, sender, forwarded, expected) => {
  expect(clientAddressOf(['10.0.0.0/24', 'fd00::/8'], sender, { 'x-forwarded-for': forwarded })).toEqual({ ip: expected, secure: false });
});

test('a client counts by its IPv4 address or its IPv6 /64', () => {
  expect(
    ['192.0.2.1', '::ffff:192.0.2.1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9', '2001:db8::1', '::1', null].map((address) =>
      bucketOf(address),
    ),
  ).toEqual(['192.0.2.1', '192.0.2.1', '2001:db8:1:2::/64', '2001:db8:1:2::/64', '2001:db8:0:0::/64', '0:0:0:0::/64', '']);
});

test('one client counts as one however its address is written', () => {
  const forms = [
    '2001:db8:0:1::5',
    '2001:0DB8:0000:0001:0000::5',
    '2001:db8::1:0:0:0:6',
    '2001:db8:0:1::192.0.2.1',
    '2001:db8:0:1::5%eth0',
  ];
  expect(new Set(forms.map(bucketOf))).toEqual(new Set(['2001:db8:0:1::/64']));
  expect(['::ffff:192.0.2.1', '::FFFF:c000:201', '0:0:0:0:0:ffff:c000:0201'].map(bucketOf)).toEqual(Array(3).fill('192.0.2.1'));
});
