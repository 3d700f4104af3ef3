import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { identifiersOf, privateWordsIn, readSource, sourcesBelow } from './private-words.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const glossary = readSource(root, 'docs/glossary.md');
const tests = sourcesBelow(join(root, 'test')).map((path) => `test/${path}`);
const sources = sourcesBelow(join(root, 'src')).map((path) => `src/${path}`);

/** Fragments of a document, this file, and a URL's fragment are no ids of cases. */
const NO_IDS = new Set(['test/graphql/schema/asks-for.test.ts', 'test/house/glossary.test.ts']);

/** Ids of cases in a text; `#31-33` is three of them. */
function idsIn(text: string): readonly string[] {
  const cases = [...text.matchAll(/(?<![\w&])#(\d{1,3})(?:-(\d{1,3}))?\b/g)].flatMap(([, first, last]) => {
    const count = last === undefined ? 1 : Number(last) - Number(first) + 1;
    return Array.from({ length: Math.max(1, count) }, (_, index) => `#${Number(first) + index}`);
  });
  return [...cases, ...(text.match(/(?<![\w\\+'"])[FNCOT]\d{1,2}\b/g) ?? [])];
}

describe('the glossary', () => {
  test('explains every id of a case that a test cites', () => {
    const explained = new Set([...glossary.matchAll(/^\| (\S+) \|/gm)].flatMap(([, id = '']) => idsIn(id)));
    const unexplained = tests
      .filter((path) => !NO_IDS.has(path))
      .flatMap((path) => idsIn(readSource(root, path)).map((id) => ({ path, id })))
      .filter(({ id }) => !explained.has(id));
    expect({ some: explained.size > 100, unexplained }).toEqual({ some: true, unexplained: [] });
  });

  test('names what says each rule, and the file that it stands in', () => {
    const rules = [...glossary.matchAll(/\| (`\w+`(?:, `\w+`)*) \| `(src\/[^`]+)` \|$/gm)].flatMap(([, names = '', path = '']) =>
      names.match(/\w+/g)?.map((name) => ({ name, path })),
    );
    const absent = rules.filter((rule) => rule === undefined || !identifiersOf(readSource(root, rule.path)).has(rule.name));
    expect({ some: rules.length > 10, absent }).toEqual({ some: true, absent: [] });
  });

  test('has a word for each folder of the domain, or names a file in it', () => {
    const words = [...glossary.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, word = '']) => word.toLowerCase().split(/,? +/));
    const folders = readdirSync(join(root, 'src/domain'));
    const unexplained = folders.filter(
      (folder) => !folder.split('-').every((word) => words.includes(word)) && !glossary.includes(`\`src/domain/${folder}`),
    );
    expect({ some: folders.length > 10, unexplained }).toEqual({ some: true, unexplained: [] });
  });

  test('says of each word of the machine room where it stands in the code', () => {
    const paths = [...glossary.matchAll(/\| `((?:src|test)\/[^`]+)` \|$/gm)].map(([, path = '']) => path);
    expect({ some: paths.length > 20, missing: paths.filter((path) => !existsSync(join(root, path))) }).toEqual({
      some: true,
      missing: [],
    });
  });
});

/** Log events that users know by these names, the list of the words itself, and figures per second. */
const EXEMPT = [/^src\/log-events\.ts$/, /^test\/house\/private-words/, /^test\/bench\//];

/** Words of npm. */
const GIVEN = new Set(['getPeerCertificate', 'peerDependencies', 'peerDependenciesMeta']);

describe('names in the code', () => {
  test('hold no private word where the field has a term', () => {
    const found = [...sources, ...tests]
      .filter((path) => !EXEMPT.some((files) => files.test(path)))
      .flatMap((path) => [path, ...identifiersOf(readSource(root, path))].map((name) => ({ path, name, words: privateWordsIn(name) })))
      .filter(({ name, words }) => words.length > 0 && !GIVEN.has(name));
    expect(found).toEqual([]);
  });

  test.each([
    ['a name', 'makeRoom', ['make room']],
    ['a constant', 'MOST_VICTIMS_VICTIM', ['victim']],
    ['a file', 'src/server/send-unread.ts', ['send unread']],
    ['a longer word', 'roommate', []],
  ])('a private word is found in %s', (_, name, words) => {
    expect(privateWordsIn(name)).toEqual(words);
  });

  test('are those of the code, and neither of comments nor of strings', () => {
    const source = `const one = 'peer'; // victim\n/* rates */ const two = \`places \${effort}\`;`;
    expect([...identifiersOf(source)].sort()).toEqual(['const', 'effort', 'one', 'two']);
  });
});
