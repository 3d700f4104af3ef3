import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createScrubber } from '../../src/egress/scrub.ts';

const secret = `s3cret/+"${randomBytes(9).toString('base64')}`;
const scrubber = createScrubber({ password: secret, ssl: { keyPassword: 'another secret' } });
const problem = (cause: string) => ({ code: 'PROTOCOL_ERROR', cause, friendlyMessage: cause, resolution: cause }) as const;

test.each([
  ['as it is', secret],
  ['nested', 'another secret'],
  ['in base64', Buffer.from(secret).toString('base64')],
  ...[0, 1, 2].map((offset) => [
    `within a longer text in base64, at offset ${offset}`,
    Buffer.from(`${'x'.repeat(offset)}${secret}, it is`).toString('base64'),
  ]),
  ['in base64url', Buffer.from(secret).toString('base64url')],
  ['in hex', Buffer.from(secret).toString('hex')],
  ['in a URL', encodeURIComponent(secret)],
  ['in JSON', JSON.stringify(secret).slice(1, -1)],
  ['backwards', [...secret].reverse().join('')],
])('#38 a secret that a remote system sends back %s is hidden', (_, echoed) => {
  const [found] = scrubber.problems([problem(`it said ${echoed} to us`)]);
  const data = JSON.stringify(scrubber.data({ returnedData: { banner: [echoed], [echoed]: 1 } }));
  expect([found?.cause.includes('[hidden]'), found?.cause.length, data.match(/\[hidden\]/g)?.length]).toEqual([
    true,
    found?.resolution.length,
    2,
  ]);
});

test('remote text is short, and holds nothing that a log or terminal would obey', () => {
  const [found] = scrubber.problems([problem(`${'\u001b[31m\r\nforged\u2028\u202e'}${'x'.repeat(10_000)}`)]);
  expect([found?.cause.length, found?.friendlyMessage.length, /[\p{Cc}\u2028\u202e]/u.test(found?.cause ?? '')]).toEqual([200, 500, false]);
});

test('data beyond its limit is left out, and a report has at most 50 problems', () => {
  expect([
    scrubber.data({ returnedData: 'x'.repeat(10_000).split('').map(String) }) === null,
    scrubber.data({ returnedData: Array(10).fill('x'.repeat(16_000)) }),
    scrubber.problems(Array(99).fill(problem('x'))).length,
  ]).toEqual([false, null, 50]);
});
