import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));
const guide = readFileSync(join(root, 'docs/guide/write-a-connector.md'), 'utf8');

/** The files that docs/guide/write-a-connector.md writes, by their names. */
export const blocks = new Map(
  [...guide.matchAll(/^```(?:js|json|graphql) (\S+)\n([\s\S]*?)^```$/gm)].map(([, name = '', text = '']) => [name, text]),
);
export const NAME = 'changeover-connector-metabase';
/** The files of the package that the guide makes; the kind that is asked in SQL is another package's. */
export const files = [...blocks].filter(([name]) => /^[\w.]+\.(js|json)$/.test(name));
export const sqlKind = blocks.get('yugabytedb/index.js') ?? '';
