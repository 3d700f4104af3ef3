import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Rights {
  readonly layers: readonly string[];
  readonly files?: readonly string[];
  readonly powers: readonly string[];
}

interface LayerTable {
  readonly layers: readonly (Rights & { readonly folder: string; readonly console?: boolean })[];
  readonly exceptions: readonly (Partial<Rights> & { readonly file: string })[];
  readonly roots: readonly (Rights & { readonly file: string; readonly environment?: boolean; readonly console?: boolean })[];
  readonly powers: Readonly<Record<string, { readonly modules: readonly string[] }>>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const table: LayerTable = await import(new URL('scripts/layers.mjs', `file://${root}`).href);
const folders = table.layers.map(({ folder }) => folder);
const files = table.roots.map(({ file }) => file);
const modules = [...new Set(Object.values(table.powers).flatMap((power) => power.modules.map((module) => module.replace('*', 'inner'))))];

/** A file that is planted, what it may have, and how far below src it lies. */
interface Planted extends Rights {
  readonly path: string;
  readonly depth: number;
}

const planted: readonly Planted[] = [
  ...table.layers.flatMap((layer) =>
    ['', 'inner/', 'inner/deep/'].map((below, index) => ({ ...layer, path: `src/${layer.folder}/${below}planted.ts`, depth: index + 1 })),
  ),
  ...table.roots.map((rights) => ({ ...rights, path: `src/${rights.file}`, depth: 0 })),
  ...table.exceptions.map((exception) => {
    const layer = table.layers.find(({ folder }) => exception.file.startsWith(`${folder}/`));
    const both = (key: 'layers' | 'files' | 'powers') => [...(layer?.[key] ?? []), ...(exception[key] ?? [])];
    return {
      layers: both('layers'),
      files: both('files'),
      powers: both('powers'),
      path: `src/${exception.file}`,
      depth: exception.file.split('/').length - 1,
    };
  }),
];

/** One import a line, each with whether the table allows it. */
function importsOf({
  path,
  depth,
  layers,
  files: granted = [],
  powers,
}: Planted): readonly { readonly specifier: string; readonly allowed: boolean }[] {
  const up = depth === 0 ? './' : '../'.repeat(depth);
  const mine = new Set(powers.flatMap((power) => (table.powers[power]?.modules ?? []).map((module) => module.replace('*', 'inner'))));
  const own = path.split('/')[1];
  // In a folder of a folder the layers' modules are the deeper files' business only through their own layer: nothing deeper than two is granted any.
  const reaches = depth <= 2;
  return [
    ...folders
      .filter((folder) => folder !== own)
      .map((folder) => ({ specifier: `${up}${folder}/thing.ts`, allowed: reaches && layers.includes(folder) })),
    ...files.filter((file) => file !== own).map((file) => ({ specifier: `${up}${file}`, allowed: reaches && granted.includes(file) })),
    ...modules.map((module) => ({ specifier: module, allowed: mine.has(module) })),
    { specifier: `./inner/../${up}store/thing.ts`, allowed: false },
    { specifier: `${'../'.repeat(depth + 1)}test/support/thing.ts`, allowed: false },
    { specifier: 'changeover/connector', allowed: false },
    { specifier: './sibling.ts', allowed: depth > 0 },
    { specifier: 'zod', allowed: true },
  ];
}

describe('the import rules', () => {
  let copy = '';
  const found = new Map<string, Set<string>>();

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'changeover-layers-'));
    for (const file of ['biome.json', '.gitignore']) cpSync(join(root, file), join(copy, file));
    for (const file of planted)
      write(
        file.path,
        importsOf(file).map(({ specifier }) => `import '${specifier}';`),
      );
    for (const folder of folders)
      write(`src/${folder}/habits.ts`, ['console.log(process.env.HOME);', "void fetch('https://example.com');"]);
    write('src/domain/left.ts', ["import { right } from './right.ts';", 'export const left = () => right;']);
    write('src/domain/right.ts', ["import { left } from './left.ts';", 'export const right = () => left;']);
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/biome'), ['lint', '--reporter=json', '--max-diagnostics=none', 'src'], {
      cwd: copy,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    const report: {
      readonly diagnostics: readonly {
        readonly category: string;
        readonly location: { readonly path: string; readonly start: { readonly line: number } };
      }[];
    } = JSON.parse(stdout);
    for (const { category, location } of report.diagnostics) {
      const key = `${location.path} ${category.split('/').at(-1)}`;
      found.set(key, (found.get(key) ?? new Set()).add(String(location.start.line)));
    }
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  function write(path: string, lines: readonly string[]): void {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), `${lines.join('\n')}\n`);
  }

  const linesOf = (path: string, rule: string) => found.get(`${path} ${rule}`) ?? new Set();

  test.each(planted)('$path is refused every import that the table does not grant it, and no other', (file) => {
    const refused = linesOf(file.path, 'noRestrictedImports');
    const wrong = importsOf(file)
      .map(({ specifier, allowed }, index) => ({ specifier, allowed, refused: refused.has(String(index + 1)) }))
      .filter((row) => row.allowed === row.refused);
    expect(wrong).toEqual([]);
  });

  test.each(table.layers)(
    'src/$folder reads no environment, and only the command line writes to the terminal',
    ({ folder, console = false }) => {
      const habits = ['noProcessEnv', 'noConsole'].map((rule) => linesOf(`src/${folder}/habits.ts`, rule).size);
      expect(habits).toEqual([1, console ? 0 : 1]);
    },
  );

  test('only the guarded way out, the command line and pages call fetch', () => {
    expect(folders.filter((folder) => linesOf(`src/${folder}/habits.ts`, 'noRestrictedGlobals').size === 0)).toEqual([
      'egress',
      'cli',
      'explorer',
      'console',
    ]);
  });

  test('two modules that import each other are refused', () => {
    expect(linesOf('src/domain/left.ts', 'noImportCycles').size + linesOf('src/domain/right.ts', 'noImportCycles').size).toBeGreaterThan(0);
  });

  test('every folder and every file of src has its row in the table', () => {
    const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
    const known = new Set([...folders, ...files]);
    expect(entries.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  test('biome.json holds exactly what the table says', () => {
    expect(() =>
      execFileSync(process.execPath, ['scripts/generate-boundaries.mjs', '--check'], { cwd: root, stdio: 'pipe' }),
    ).not.toThrow();
  });
});
