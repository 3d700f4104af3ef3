import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClientSchema, buildSchema, type GraphQLSchema, type IntrospectionQuery, lexicographicSortSchema, printSchema } from 'graphql';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { runProgram } from './world/command-line.ts';
import { openWorld, type World } from './world/world.ts';

const { python, tools } = inject('clients');
const folder = mkdtempSync(join(tmpdir(), 'changeover-clients-schemas-'));
const published = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world?.close());

interface Tool {
  readonly tool: string;
  /** What is run: the program, its arguments for a URL and a bearer, and the file that it writes; without one it prints. */
  readonly program: string;
  readonly args: (url: string, bearer: string) => readonly string[];
  readonly file?: string;
  /** What the tool keeps of the schema: all, all but its texts, or the names of its types alone. */
  readonly keeps: 'all' | 'types';
}

const sgqlc = (name: string, ...more: readonly string[]): Tool => ({
  tool: `python -m sgqlc.introspection ${more.join(' ')}`,
  program: python,
  args: (url, bearer) => ['-m', 'sgqlc.introspection', ...more, '-H', `authorization=Bearer ${bearer}`, url, join(folder, name)],
  file: name,
  keeps: more.includes('--exclude-deprecated') ? 'types' : 'all',
});

test.each<Tool>([
  sgqlc('whole.json'),
  sgqlc('bare.json', '--exclude-deprecated', '--exclude-description'),
  {
    tool: 'get-graphql-schema',
    program: join(tools, 'get-graphql-schema'),
    args: (url, bearer) => ['--header', `authorization=Bearer ${bearer}`, url],
    keeps: 'types',
  },
  {
    tool: 'graphql-inspector introspect',
    program: join(tools, 'graphql-inspector'),
    args: (url, bearer) => ['introspect', url, '--header', `authorization: Bearer ${bearer}`, '--write', join(folder, 'inspector.graphql')],
    file: 'inspector.graphql',
    keeps: 'all',
  },
  {
    tool: 'graphql-codegen',
    program: join(tools, 'graphql-codegen'),
    args: (url, bearer) => ['--config', configOf(url, bearer)],
    file: 'types.ts',
    keeps: 'types',
  },
])('$tool reads the whole schema', async ({ program, args, file, keeps }) => {
  const { code, output } = await runProgram(program, args(world.url, world.owner.secret), { env: {}, home: folder });
  const { faults, fields } = world.faultsOfDocuments();
  expect({ code, sent: fields.length > 0, faults }, output.slice(0, 2000)).toEqual({ code: 0, sent: true, faults: [] });
  const text = file === undefined ? output : readFileSync(join(folder, file), 'utf8');
  expect(missingFrom(text, keeps)).toEqual([]);
});

/** What a tool did not get of the published schema. */
function missingFrom(text: string, keeps: Tool['keeps']): readonly string[] {
  const names = Object.keys(published.getTypeMap()).filter((name) => !name.startsWith('__'));
  if (keeps === 'types') return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
  const got = new Set(signatures(read(text)));
  return signatures(published).filter((line) => !got.has(line));
}

function read(text: string): GraphQLSchema {
  if (!text.startsWith('{')) return buildSchema(text);
  const { data, __schema } = JSON.parse(text) as { data?: IntrospectionQuery } & Partial<IntrospectionQuery>;
  const introspection = data ?? (__schema === undefined ? undefined : { __schema });
  if (introspection === undefined) throw new Error('no introspection');
  return buildClientSchema(introspection);
}

/** Each type and field on a line, without texts. */
function signatures(schema: GraphQLSchema): readonly string[] {
  const lines: string[] = [];
  let type = '';
  for (const line of printSchema(lexicographicSortSchema(schema))
    .replaceAll(/\s*"""[\s\S]*?"""/g, '')
    .split('\n')) {
    if (/^\w/.test(line)) type = line;
    else if (/^ {2}\w/.test(line)) lines.push(`${type} ${line.trim().replace(/ @deprecated.*$/, '')}`);
  }
  return lines;
}

function configOf(url: string, bearer: string): string {
  const path = join(folder, 'codegen.json');
  const schema = [{ [url]: { headers: { authorization: `Bearer ${bearer}` } } }];
  writeFileSync(
    path,
    JSON.stringify({
      schema,
      generates: {
        [join(folder, 'types.ts')]: { plugins: [join(tools, '../@graphql-codegen/typescript')], config: { namingConvention: 'keep' } },
      },
    }),
  );
  return path;
}
