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
  expect([createToken('tmp', seed) === tokens[0], new Set(tokens.map((token) => token.slice(8))).size, tokens.map(parseToken)]).toEqual([
    true,
    3,
    ['tmp', 'lse', 'tmp'],
  ]);
});

test('every character of the alphabet comes up, none much more than another', () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < 2000; index += 1)
    for (const character of createToken('svc').slice(8, 50)) counts.set(character, (counts.get(character) ?? 0) + 1);
  const mean = (2000 * 42) / 62;
  expect([counts.size, [...counts.values()].every((count) => Math.abs(count - mean) < mean * 0.25)]).toEqual([62, true]);
});
