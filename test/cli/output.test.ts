import { expect, test } from 'vitest';
import { jsonLine, safeText, shortTime, table } from '../../src/cli/output/output.ts';

test('columns stay in line under names that are wide on the screen', () => {
  expect(
    table(
      ['NAME', 'KIND'],
      [
        ['日本語', 'postgres'],
        ['Sales', 'webhook'],
      ],
    ),
  ).toEqual(['NAME    KIND', '日本語  postgres', 'Sales   webhook']);
});

test('a stored name can neither move the cursor nor turn the writing direction (T18)', () => {
  expect(safeText('a\u001b[2J\u009b1m\nb\u202ec')).toBe('a?[2J?1m?b?c');
});

test('JSON shows no terminal escape, and reads back as it was', () => {
  const value = { name: 'a\u001b[2J\u009b1m\u202e日本' };
  const line = jsonLine(value);
  expect({ raw: /[\p{Cc}\u202e]/u.test(line.trimEnd()), back: JSON.parse(line) }).toEqual({ raw: false, back: value });
});

test('times are whole seconds of UTC', () => {
  expect({ given: shortTime('2026-11-24T19:24:36.358+01:00'), none: shortTime(null) }).toEqual({
    given: '2026-11-24 18:24:36Z',
    none: '-',
  });
});
