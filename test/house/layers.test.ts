import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { cyclesOf, type ImportGraph, importsOf, readImportGraph } from './import-graph.ts';

interface Rights {
  readonly layers: readonly string[];
  readonly files: readonly string[];
  readonly powers: readonly string[];
}

interface LayerTable {
  readonly layers: readonly (Rights & { readonly folder: string })[];
  readonly exceptions: readonly (Partial<Rights> & { readonly file: string })[];
  readonly roots: readonly (Rights & { readonly file: string })[];
  readonly powers: Readonly<Record<string, { readonly modules: readonly string[]; readonly message: string }>>;
}

const table: LayerTable = await import(new URL('../../scripts/layers.mjs', import.meta.url).href);
const { layers, exceptions, roots, powers } = table;
const src = fileURLToPath(new URL('../../src/', import.meta.url));
const graph = readImportGraph(src);

/** What the table lets a file import: that of its layer, and what its own exception adds. */
function rightsOf(file: string): Rights {
  const [folder = ''] = file.split('/');
  const row = layers.find((layer) => layer.folder === folder) ?? roots.find((root) => root.file === file);
  const more = exceptions.find((exception) => exception.file === file);
  const both = (key: keyof Rights): readonly string[] => [...(row?.[key] ?? []), ...(more?.[key] ?? [])];
  return { layers: both('layers'), files: both('files'), powers: both('powers') };
}

/** Names of a module: a builtin has two, and `/*` stands for a package's subpaths. */
function isModule(specifier: string, module: string): boolean {
  const name = specifier.replace(/^node:/, '');
  const known = module.replace(/^node:/, '');
  return known.endsWith('/*') ? name.startsWith(known.slice(0, -1)) : name === known;
}

/** The sentence of the power that a module gives and that the file does not have; null when it may import it. */
function withheld(specifier: string, held: readonly string[]): string | null {
  const giving = Object.entries(powers).filter(([, { modules }]) => modules.some((module) => isModule(specifier, module)));
  if (giving.length === 0 || giving.some(([power]) => held.includes(power))) return null;
  return giving[0]?.[1].message ?? null;
}

/** What the files of a graph import without a right to it, each with the reason. */
function violationsOf(files: ImportGraph): readonly string[] {
  return [...files].flatMap(([file, imports]) => {
    const [own = ''] = file.split('/');
    const rights = rightsOf(file);
    return imports.flatMap(({ specifier, file: target }) => {
      const reason = target === null ? refusedModule(specifier, rights) : refusedFile(own, target, rights);
      return reason === null ? [] : [`${file} imports ${specifier}: ${reason}`];
    });
  });
}

function refusedModule(specifier: string, rights: Rights): string | null {
  if (specifier === 'changeover' || specifier.startsWith('changeover/')) return 'Sources import sources, by their relative path.';
  return withheld(specifier, rights.powers);
}

function refusedFile(own: string, target: string, rights: Rights): string | null {
  if (target.startsWith('..')) return 'Sources import nothing outside of src.';
  const [folder = ''] = target.split('/');
  const isAllowed = (target.includes('/') && folder === own) || rights.layers.includes(folder) || rights.files.includes(target);
  return isAllowed ? null : `it may import ${[...rights.layers, ...rights.files].join(', ') || 'nothing else of src'} (scripts/layers.mjs)`;
}

/** A source in a folder of its layer, with one import of each kind that there is. */
function planted(path: string): ImportGraph {
  const up = '../'.repeat(path.split('/').length - 1) || './';
  const specifiers = [
    ...layers.map(({ folder }) => `${up}${folder}/thing.ts`),
    ...roots.map(({ file }) => `${up}${file}`),
    ...Object.values(powers).flatMap(({ modules }) => modules.map((module) => module.replace('*', 'inner'))),
    `${up}../test/support/thing.ts`,
    'changeover/connector',
  ];
  return new Map([[path, importsOf(path, specifiers.map((specifier) => `import type { Thing } from '${specifier}';`).join('\n'))]]);
}

describe('the layers of src', () => {
  test('no file imports what its layer may not have', () => {
    expect(violationsOf(graph)).toEqual([]);
  });

  test('no files import each other in a circle, types included', () => {
    expect(cyclesOf(graph)).toEqual([]);
  });

  test('every folder and every file of src has its row in the table', () => {
    const known = new Set([...layers.map(({ folder }) => folder), ...roots.map(({ file }) => file)]);
    expect(readdirSync(src).filter((name) => !known.has(name))).toEqual([]);
  });

  test('every exception of the table is of a file that is there', () => {
    expect(exceptions.filter(({ file }) => !graph.has(file))).toEqual([]);
  });
});

describe('the check itself', () => {
  test.each(layers)('in src/$folder, at every depth, exactly what the table does not list is refused', ({ folder }) => {
    const found = ['planted.ts', 'inner/planted.ts', 'inner/deep/planted.ts'].map((below) => {
      const path = `${folder}/${below}`;
      const rights = rightsOf(path);
      const imports = [...planted(path).values()].flat();
      return {
        path,
        refused: violationsOf(planted(path)).length,
        expected: imports.filter(({ specifier, file }) => !isGranted(rights, folder, specifier, file)).length,
      };
    });
    expect(found.filter(({ refused, expected }) => refused !== expected || refused === 0)).toEqual([]);
  });

  test('an import that is written over several lines, for its effect, of a type, or on demand is seen', () => {
    const text = [
      "import {\n  one,\n  two,\n} from './a.ts';",
      "import './b.ts';",
      "import type { C } from './c.ts';",
      "export { d } from './d.ts';",
      "const e = await import('./e.ts');",
      "type F = import('./f.ts').F;",
      "// import './not.ts';",
    ].join('\n');
    expect(importsOf('domain/x.ts', text).map(({ file }) => file)).toEqual([
      'domain/a.ts',
      'domain/b.ts',
      'domain/c.ts',
      'domain/d.ts',
      'domain/e.ts',
      'domain/f.ts',
    ]);
  });

  test('a circle of three is found, and what only leads to it is not part of it', () => {
    const imports = (file: string) => [{ specifier: `./${file}`, file }];
    const circle: ImportGraph = new Map([
      ['a.ts', imports('b.ts')],
      ['b.ts', imports('c.ts')],
      ['c.ts', imports('a.ts')],
      ['d.ts', imports('a.ts')],
    ]);
    expect(cyclesOf(circle)).toEqual([['a.ts', 'b.ts', 'c.ts']]);
  });
});

/** Said anew, by the table's words alone. */
function isGranted(rights: Rights, own: string, specifier: string, file: string | null): boolean {
  if (file !== null)
    return file.startsWith(`${own}/`) || rights.files.includes(file) || rights.layers.some((layer) => file.startsWith(`${layer}/`));
  return rights.powers.some((power) => powers[power]?.modules.includes(specifier.replace('/inner', '/*')));
}
