// `npm run check:lead-api -- <file>`: every document that is valid in the lead API's schema has to be valid in ours.
// What is not served yet stands by name in schema/lead-api-gaps.json, which may only shrink; `--write` takes closed gaps off it
// (and writes the first list). Whatever is served and differs fails.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { BreakingChangeType, buildSchema, findBreakingChanges } from 'graphql';
import { root } from './root.mjs';

const GAPS = join(root, 'schema/lead-api-gaps.json');
const file = process.argv.slice(2).find((argument) => !argument.startsWith('--'));
if (file === undefined) {
  console.error('Usage: npm run check:lead-api -- <schema of the lead API>');
  process.exit(2);
}

const read = (path) => buildSchema(readFileSync(path, 'utf8'));
const changes = findBreakingChanges(read(resolve(file)), read(join(root, 'schema/schema.graphql')));
const missing = changes.filter(({ type }) => type === BreakingChangeType.TYPE_REMOVED || type === BreakingChangeType.FIELD_REMOVED);
const differing = changes.filter((change) => !missing.includes(change));

const names = missing.map(({ description }) => description.replace(/ was removed\.?$/, '')).sort();
const known = existsSync(GAPS) ? JSON.parse(readFileSync(GAPS, 'utf8')) : null;
const fresh = known === null ? [] : names.filter((name) => !known.includes(name));
const closed = known === null ? [] : known.filter((name) => !names.includes(name));

if (process.argv.includes('--write') && fresh.length === 0) writeFileSync(GAPS, `${JSON.stringify(names, null, 2)}\n`);
else {
  if (known === null && names.length > 0) report('not listed as a gap', names);
  report('served before, or never listed as a gap', fresh);
  report('served now; take it off the list with --write', closed);
}
report(
  'served, but not as the lead API has it',
  differing.map(({ description }) => description),
);
console.log(`${names.length} of the lead API's operations, fields and types are not served yet; ${differing.length} differ.`);

function report(why, rows) {
  for (const row of rows) console.error(`${row}: ${why}`);
  if (rows.length > 0) process.exitCode = 1;
}
