import { readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { EXAMPLES } from '../../src/explorer/workbench/examples/examples.ts';

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

test.each(EXAMPLES.flatMap(({ examples }) => examples).map(({ title, query }) => [title, query]))(
  'the example "%s" is valid against the published schema',
  (_, query) => {
    expect(validate(schema, parse(query))).toEqual([]);
  },
);
