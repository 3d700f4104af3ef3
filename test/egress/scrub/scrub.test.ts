import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createScrubber } from '../../../src/egress/scrub/scrub.ts';
import { createEchoFinder } from '../../../src/egress/scrub/secret-echo.ts';

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
  expect({ isHidden: found?.cause.includes('[hidden]'), length: found?.cause.length, times: data.match(/\[hidden\]/g)?.length }).toEqual({
    isHidden: true,
    length: found?.resolution.length,
    times: 2,
  });
});

const b64 = (text: string) => Buffer.from(text).toString('base64');
const url = (text: string) => encodeURIComponent(text);
const each = (text: string, form: (code: number) => string) => [...text].map((character) => form(character.codePointAt(0) ?? 0)).join('');
const hex = (code: number, length: number) => code.toString(16).padStart(length, '0');

test.each<[string, (text: string) => string]>([
  ['in upper case', (text) => text.toUpperCase()],
  ['in lower case', (text) => text.toLowerCase()],
  ['by its first characters', (text) => text.slice(0, 8)],
  ['by its last characters', (text) => text.slice(-8)],
  ['by what is between its first and last', (text) => text.slice(3, -3)],
  ['in a URL with small letters', (text) => url(text).replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
  ['in a URL, every character', (text) => each(text, (code) => `%${hex(code, 2)}`)],
  ['twice in a URL', (text) => url(url(text))],
  ['in HTML, decimal', (text) => each(text, (code) => `&#${code};`)],
  ['in HTML, hex', (text) => each(text, (code) => `&#x${hex(code, 2).toUpperCase()};`)],
  ['in HTML, by names', (text) => text.replaceAll('/', '&sol;').replaceAll('+', '&plus;').replaceAll('"', '&quot;')],
  ['twice in HTML', (text) => text.replaceAll('"', '&amp;quot;')],
  ['twice in base64', (text) => b64(b64(text))],
  ['three times in base64', (text) => b64(b64(b64(text)))],
  ['in base64 within base64 at an offset', (text) => b64(`x${b64(`xx${text}`)}`)],
  ['in base64 of UTF-16', (text) => Buffer.from(text, 'utf16le').toString('base64')],
  ['in base64 that is broken into lines', (text) => b64(`${text}${text}`).replace(/(.{10})/g, '$1\n')],
  ['in base64 in a URL', (text) => url(b64(text))],
  ['in hex, upper case', (text) => Buffer.from(text).toString('hex').toUpperCase()],
  ['in hex with colons', (text) => each(text, (code) => `${hex(code, 2)}:`)],
  ['in hex of hex', (text) => Buffer.from(Buffer.from(text).toString('hex')).toString('hex')],
  ['as a buffer in JSON', (text) => JSON.stringify(Buffer.from(text))],
  ['in UTF-16', (text) => each(text, (code) => `${String.fromCharCode(code)}\0`)],
  ['in escapes of Unicode', (text) => each(text, (code) => `\\u${hex(code, 4)}`)],
  ['in escapes of bytes', (text) => each(text, (code) => `\\x${hex(code, 2)}`)],
  ['twice in JSON', (text) => JSON.stringify(JSON.stringify(text))],
  ['in quoted-printable', (text) => each(text, (code) => `=${hex(code, 2).toUpperCase()}`)],
  ['in full width', (text) => each(text, (code) => String.fromCodePoint(code + 0xfee0))],
  ['with blanks', (text) => [...text].join(' ')],
  ['with characters that are not seen', (text) => [...text].join('\u200b')],
  ['backwards in base64', (text) => b64([...text].reverse().join(''))],
  ['in base64 backwards', (text) => [...b64(text)].reverse().join('')],
])('no text is shown in which a secret was sent back %s', (_, encode) => {
  // Letters, digits and what encodings are for, short enough for the shortest text.
  const own = `s3cReT/+"${randomBytes(3).toString('hex')}q`;
  const { problems, data } = createScrubber({ password: own });
  const echoed = `the server said: ${encode(own)}, and no more`;
  const [found] = problems([{ code: 'PROTOCOL_ERROR', cause: echoed, friendlyMessage: echoed, resolution: echoed }]);
  expect({
    resolution: found?.resolution,
    friendlyMessage: found?.friendlyMessage,
    data: data({ returnedData: { said: echoed } }),
  }).toEqual({ resolution: '[hidden]', friendlyMessage: '[hidden]', data: { returnedData: { said: '[hidden]' } } });
});

test('a secret that is sent back in pieces takes the data with it', () => {
  const own = `piece/${randomBytes(6).toString('hex')}`;
  expect(createScrubber({ password: own }).data({ returnedData: { rows: [...own] } })).toEqual({ returnedData: '[hidden]' });
});

test('what our own texts say is shown beside any secret, also one that begins with a word of theirs', () => {
  const said = 'The server refused the user and password. The database "sales" does not exist on db.example.com:5432 (28P01).';
  const secrets = {
    password: 'password-for-the-database',
    key: `-----BEGIN PRIVATE KEY-----\n${b64('x'.repeat(90))}\n-----END PRIVATE KEY-----`,
  };
  expect(createScrubber(secrets).problems([problem(said)])[0]?.resolution).toBe(said);
});

test('remote text is short, and holds nothing that a log or terminal would obey', () => {
  const [found] = scrubber.problems([problem(`${'\u001b[31m\r\nforged\u2028\u202e'}${'x'.repeat(10_000)}`)]);
  expect({
    cause: found?.cause.length,
    friendlyMessage: found?.friendlyMessage.length,
    hasControls: /[\p{Cc}\u2028\u202e]/u.test(found?.cause ?? ''),
  }).toEqual({ cause: 200, friendlyMessage: 500, hasControls: false });
});

test('data beyond its limit is left out, and a report has at most 50 problems', () => {
  expect({
    isDropped: scrubber.data({ returnedData: 'x'.repeat(10_000).split('').map(String) }) === null,
    large: scrubber.data({ returnedData: Array(10).fill('x'.repeat(16_000)) }),
    problems: scrubber.problems(Array(99).fill(problem('x'))).length,
  }).toEqual({ isDropped: false, large: null, problems: 50 });
});

test('what would take too long to read in all its readings is taken for an echo', () => {
  const finder = () => createEchoFinder({ password: secret }, {}, 4 * 1024 * 1024);
  const harmless = 'nothing of it, '.repeat(400_000);
  expect({ short: finder().holds(harmless.slice(0, 1000)), long: finder().holds(harmless) }).toEqual({ short: false, long: true });
});

test('of secrets that begin alike the longer one is hidden whole', () => {
  const two = createScrubber({ password: 'winter-2025', keyPassword: 'winter-2025-and-more' });
  expect(two.problems([problem('it said winter-2025-and-more')])[0]?.cause).toBe('[hidden]');
});

test('a piece that a secret has in common with what everybody may see hides nothing, and the whole of it is hidden all the same', () => {
  const named = createScrubber({ password: 'newcomer-of-the-house' }, { user: 'newcomer', host: 'db.example' });
  const said = [
    'GRANT SELECT ON TABLE orders TO "newcomer"',
    'it said newcomer-of-the-house',
    'it said -the-house',
    'it said mer-of-the-h',
  ];
  expect(said.map((text) => named.problems([problem(text)])[0]?.resolution)).toEqual([said[0], '[hidden]', '[hidden]', '[hidden]']);
});
