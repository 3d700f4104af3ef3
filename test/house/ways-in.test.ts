import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Each turns its wire into the input of an operation, and asks for nothing by itself. */
const WAYS_IN = ['graphql', 'rest', 'server'];

/**
 * What only an operation may name: the store's rows, and the questions of who may do what and sees which rows. There are no
 * exceptions: whoever needs a row or a right here writes an operation for it.
 */
const OF_OPERATIONS: Readonly<Record<string, RegExp>> = {
  'the rows of the store': /\bstore\b[\s?!]*\.[\s?!]*(?:read|write|now|signWith)\b|\bstore\b[\s?]*\[|\bstore\s*:\s*\{/,
  'the store, under another name': /\{[^{}]*\bstore\s*:\s*(?!Store\b|Services\b|Pick\b)\w|=\s*[\w.]*\bservices\.store\s*[;,)]/,
  permissions: /\brequire(?:Permission|Operator|Local)\b|\bpermissions\b|\bactor\s*\.\s*(?:operator|integrationIds)\b/,
  'the scope of an actor': /\bscopeOf\b/,
  'transactions and audit rows': /\bwriteAs\b/,
};

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Code alone: what comments and texts say is for people. Texts with values in them are kept, since those are code. */
function codeOf(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\$])*`/gm, (piece) =>
    piece.startsWith('/') ? '' : "''",
  );
}

function askedIn(source: string): readonly string[] {
  const code = codeOf(source);
  return Object.keys(OF_OPERATIONS).filter((what) => OF_OPERATIONS[what]?.test(code));
}

function sourcesOf(folder: string): readonly string[] {
  const there = readdirSync(src).includes(folder);
  return there ? readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file)) : [];
}

describe('resolvers, routes and the server ask operations for everything', () => {
  test.each(WAYS_IN)('no file of src/%s reads or writes the store, or asks for permissions or scope, by itself', (folder) => {
    const found = sourcesOf(folder).flatMap((file) =>
      askedIn(readFileSync(join(src, folder, file), 'utf8')).map((what) => `src/${folder}/${file}: ${what}`),
    );
    expect(found).toEqual([]);
  });

  test('there are files to look at', () => {
    expect(WAYS_IN.filter((folder) => folder !== 'rest' && sourcesOf(folder).length === 0)).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each([
    ['await services.store.read.changes.find(scope, id);', 'the rows of the store'],
    ['await store\n  .write((tx) => tx.now());', 'the rows of the store'],
    ['isLive(row, await store.now())', 'the rows of the store'],
    ["await services.store['read'].changes.find(scope, id);", 'the rows of the store'],
    ['const { store: { read } } = services;', 'the rows of the store'],
    ['(_, args, { services: { store: rows } }) => rows', 'the store, under another name'],
    ['const rows = services.store;', 'the store, under another name'],
    ["requirePermission(actor, 'read');", 'permissions'],
    ['requireOperator(actor);', 'permissions'],
    ["if (actor.permissions.has('read')) return;", 'permissions'],
    ['(_, args, { actor: { permissions } }) => permissions', 'permissions'],
    ['actor.operator ? frames : null', 'permissions'],
    ['const scope = scopeOf(actor);', 'the scope of an actor'],
    ['if (actor.integrationIds !== null) throw new Error();', 'permissions'],
    [`\`$\{await store.read.audit.head()}\``, 'the rows of the store'],
    ['await writeAs(services, actor, work);', 'transactions and audit rows'],
  ])('%s', (source, what) => {
    expect(askedIn(`import { a } from './a.ts';\n${source}\n`)).toContain(what);
  });

  test('what comments and texts say of it is no asking', () => {
    const source = [
      '/** Whoever may write: store.read, requirePermission and scopeOf are for operations. */',
      "// const { store: rows } = services; and 'a quote",
      "const description = 'Reads the store.read of permissions.';",
      'const text = `store.write of permissions`;',
      'export const createMetrics = ({ store }: { readonly store: Store }) => count({ store });',
      "integrationIds: t.arg({ type: ['UUID'] }),",
    ].join('\n');
    expect(askedIn(source)).toEqual([]);
  });
});
