import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { root } from '../../root.mjs';
import { code, table } from '../markdown.mjs';

const GUIDE = 'docs/guide/lead-api.md';
const schema = buildSchema(readFileSync(join(root, 'schema/schema.graphql'), 'utf8'));

/** Every operation of the published schema, in the guide that tells clients how to come here. */
const operations = [schema.getQueryType(), schema.getMutationType()]
  .map((type) =>
    table(
      [type.name === 'Query' ? 'query' : 'mutation', 'arguments', 'what it does'],
      Object.values(type.getFields()).map(({ name, args, description }) => [
        code(name),
        args.map((argument) => code(`${argument.name}${String(argument.type).endsWith('!') ? '!' : ''}`)).join(' '),
        description ?? '',
      ]),
    ),
  )
  .join('\n\n');

export default {
  [GUIDE]: readFileSync(join(root, GUIDE), 'utf8').replace(
    /(<!-- operations: [^>]*-->\n)[\s\S]*?(<!-- \/operations -->)/,
    (_, open, close) => `${open}${operations}\n${close}`,
  ),
};
