import { expect, test } from 'vitest';
import { exactlyOne, onlyWith, together } from '../../../src/connectors/kits/rules.ts';

test.each([
  ['none', {}, 'password'],
  ['one', { token: 't' }, null],
  ['another', { password: 'p' }, null],
  ['two', { password: 'p', token: 't' }, 'password'],
])('of ways to log in exactly one is taken: %s', (_, given, path) => {
  expect(exactlyOne('password', 'token')(given)?.path ?? null).toBe(path);
});

test.each([
  ['neither', {}, null],
  ['both', { id: 'i', secret: 's' }, null],
  ['the first alone', { id: 'i' }, 'id'],
  ['the second alone', { secret: 's' }, 'id'],
])('what goes together is given together: %s', (_, given, path) => {
  expect(together('id', 'secret')(given)?.path ?? null).toBe(path);
});

test.each([
  ['neither', {}, null],
  ['the other alone', { key: 'k' }, null],
  ['both', { key: 'k', passphrase: 'p' }, null],
  ['without the other', { passphrase: 'p' }, 'passphrase'],
])('what is of no use alone is not taken alone: %s', (_, given, path) => {
  expect(onlyWith('passphrase', 'key')(given)?.path ?? null).toBe(path);
});
