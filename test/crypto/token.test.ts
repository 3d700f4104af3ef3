import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { createToken, parseToken } from '../../src/crypto/token.ts';

test("tokens have the length that the lead API's CLI insists on, and tell their kind", () => {
  const kinds = ['pat', 'svc', 'tmp', 'lse', 'ses'] as const;
  expect(kinds.map((kind) => [createToken(kind).length, parseToken(createToken(kind))])).toEqual([
    [56, 'pat'],
    [56, 'svc'],
    [44, 'tmp'],
    [44, 'lse'],
    [44, 'ses'],
  ]);
});

test('a token with any one character changed is refused by its checksum', () => {
  const token = createToken('svc');
  const passed = [...token].filter(
    (character, index) =>
      index > 7 && parseToken(token.slice(0, index) + (character === 'a' ? 'b' : 'a') + token.slice(index + 1)) !== null,
  );
  expect(passed).toEqual([]);
});

test.each(['', 'chg_svc_', 'chg_xyz_aaaa', ' ', 'chg_svc_\n', `${'a'.repeat(56)}`])('"%s" is no token', (text) => {
  expect(parseToken(text)).toBeNull();
});

test('a seed gives the same token each time, another one for another kind or seed', () => {
  const seed = Buffer.alloc(32, 1);
  const tokens = [createToken('tmp', seed), createToken('lse', seed), createToken('tmp', Buffer.alloc(32, 2))];
  expect({
    isSame: createToken('tmp', seed) === tokens[0],
    different: new Set(tokens.map((token) => token.slice(8, -6))).size,
    kinds: tokens.map(parseToken),
  }).toEqual({ isSame: true, different: 3, kinds: ['tmp', 'lse', 'tmp'] });
});

// From seeds, so that it is the same in every run. Bytes taken as they come would make the first eight characters come up a fifth more often.
test('every character of the alphabet comes up, none much more than another', () => {
  const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const counts = new Map<string, number>();
  const tokens = Array.from({ length: 2000 }, (_, index) => createToken('svc', Buffer.alloc(32, `seed ${index}`)));
  for (const character of tokens.flatMap((token) => [...token.slice(8, 50)])) counts.set(character, (counts.get(character) ?? 0) + 1);
  const mean = (2000 * 42) / ALPHABET.length;
  const deviating = [...ALPHABET].filter((character) => Math.abs((counts.get(character) ?? 0) - mean) > mean * 0.12);
  const firstEight = [...ALPHABET.slice(0, 8)].reduce((sum, character) => sum + (counts.get(character) ?? 0), 0);
  expect({ letters: counts.size, deviating, isEven: firstEight < 8 * mean * 1.08 }).toEqual({ letters: 62, deviating: [], isEven: true });
});

test('tokens that are not made from a seed differ', () => {
  expect(new Set(Array.from({ length: 1000 }, () => createToken('tmp'))).size).toBe(1000);
});

test('a seed gives every part of a token by itself: what is drawn again does not begin anew', () => {
  const bodies = Array.from({ length: 2000 }, (_, index) => createToken('svc', Buffer.alloc(32, `seed ${index}`)).slice(8, 50));
  // By chance alone one in 62 ends as it begins.
  expect(bodies.filter((body) => body[0] === body.at(-1)).length).toBeLessThan(100);
});

test('a token of another length is none, though its checksum fits', () => {
  const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  const checked = (body: string) => {
    let [rest, digits] = [crc32(body), ''];
    for (let place = 0; place < 6; place += 1) [digits, rest] = [`${ALPHABET[rest % 62]}${digits}`, Math.floor(rest / 62)];
    return body + digits;
  };
  const read = [42, 41, 43, 30, 1].map((length) => [length, parseToken(checked(`chg_svc_${'a'.repeat(length)}`))]);
  expect(Object.fromEntries(read)).toEqual({ 42: 'svc', 41: null, 43: null, 30: null, 1: null });
});
