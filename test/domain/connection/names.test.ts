import { describe, expect, test } from 'vitest';
import { displayName, nameKey, readName } from '../../../src/domain/connection/names.ts';
import { refusalOf } from '../../support/outcomes/refusal-of.ts';

describe('a name', () => {
  test('is stored trimmed and composed', () => {
    expect(readName('  Cafe\u0301 ', 'name')).toBe('Caf\u00e9');
  });

  test.each([
    { name: 'x'.repeat(200), is: 'ok' },
    { name: 'x'.repeat(201), is: 'BAD_REQUEST' },
    // Two hundred once it is composed.
    { name: 'e\u0301'.repeat(200), is: 'ok' },
    { name: '   ', is: 'BAD_REQUEST' },
    { name: 'two\nlines', is: 'BAD_REQUEST' },
    { name: 'a\u0000b', is: 'BAD_REQUEST' },
    { name: '\ud83d', is: 'BAD_REQUEST' },
  ])('$name: $is', ({ name, is }) => {
    expect(refusalOf(() => readName(name, 'name'))).toBe(is);
  });

  test('is another one in another case, and the same one in another form of the same letters', () => {
    expect({ case: nameKey('Sales') === nameKey('sales'), form: nameKey(' Cafe\u0301') === nameKey('Caf\u00e9 ') }).toEqual({
      case: false,
      form: true,
    });
  });

  test("of a connection that has none is its integration's", () => {
    expect({ own: displayName({ name: 'a' }, { name: 'b' }), integration: displayName({ name: null }, { name: 'b' }) }).toEqual({
      own: 'a',
      integration: 'b',
    });
  });
});
