// `npm run check:lead-api -- <file>`: every document that is valid in the lead API's schema has to be valid in ours. Whatever
// is missing, or served and differs, fails.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSchema, findBreakingChanges } from 'graphql';
import { root } from './root.mjs';

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Usage: npm run check:lead-api -- <schema of the lead API>');
  process.exit(2);
}

const read = (path) => buildSchema(readFileSync(path, 'utf8'));
const changes = findBreakingChanges(read(resolve(file)), read(join(root, 'schema/schema.graphql')));

for (const { description } of changes) console.error(description);
console.log(changes.length === 0 ? 'The lead API is served whole.' : `${changes.length} of its parts are missing or differ.`);
if (changes.length > 0) process.exitCode = 1;
