import { expect, test } from 'vitest';
import { defaultName, numberedName } from '../../../src/domain/integration/default-name.ts';
import { catalogue } from '../../support/connectors/validate.ts';

function connector(kind: string) {
  const found = catalogue.find(kind);
  if (found === null) throw new Error(`no kind ${kind}`);
  return found;
}

test.each([
  { kind: 'postgres', settings: { host: 'db.example', port: 5432 }, is: 'postgres db.example' },
  { kind: 'snowflake', settings: { account: 'ab12345' }, is: 'snowflake ab12345' },
  { kind: 'snowflake', settings: {}, is: 'snowflake' },
  { kind: 'postgres', settings: { host: 'x'.repeat(300) }, is: `postgres ${'x'.repeat(191)}` },
])('an integration of $kind that nobody named is named after its system', ({ kind, settings, is }) => {
  expect(defaultName(connector(kind), settings)).toBe(is);
});

test('numbers begin at 2, and a long name makes room for them', () => {
  expect({
    first: numberedName('snowflake', 1),
    second: numberedName('snowflake', 2),
    long: numberedName('x'.repeat(200), 12),
  }).toEqual({ first: 'snowflake', second: 'snowflake 2', long: `${'x'.repeat(197)} 12` });
});
