// Bundles what tsc compiled into a few files that load at once. The gateway is some 800 modules of ours and as many of its libraries; Node takes
// a second and a half to find, read and link them one by one, and a third of that when they lie together.
import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { root } from './root.mjs';
import { noticesOf } from './third-party-notices.mjs';

const from = join(root, 'build');
const to = join(root, 'dist');

/** What is loaded by its path: by Node, by a thread, by a package's connector. Everything else lies in chunks. */
const ENTRIES = [
  'main',
  'cli/main',
  'app',
  'config',
  'egress/worker',
  'connectors/connector-api',
  'connectors/load-packages',
  'connectors/packaged-module',
  'connectors/families/posit/token-manager',
  ...foldersIn('connectors', 'index'),
  ...foldersIn('secrets', 'manager'),
];
const CHUNKS = 'chunks';
/** Are made by Vite, beside what is made here. */
const PAGES = ['explorer', 'console'];

/** Drivers that bring files beside their code, or are there only where somebody installed them, stay packages. */
const PACKAGES = ['better-sqlite3', 'pg', 'mysql2', 'hdb', 'mongodb', 'oracledb', 'ssh2', 'tedious'];

/** Has its own URL at run time, since that carries a query. It is an entry that no module imports, so it stays where it is. */
const KEEPS_URL = 'connectors/packaged-module.js';

/** A module finds files by where it lies below `dist`, as it would if it were a file there. */
const ROOT_MODULE = '\0root-url';
const ownUrls = {
  name: 'own-urls',
  resolveId: (id) => (id === ROOT_MODULE ? id : null),
  load: (id) => (id === ROOT_MODULE ? "export const rootUrl = new URL('../', import.meta.url);" : null),
  transform(code, id) {
    if (!id.startsWith(from) || !code.includes('import.meta.url')) return null;
    const path = relative(from, id).split(sep).join('/');
    if (path === KEEPS_URL) return null;
    return {
      code: `import { rootUrl as $rootUrl } from ${JSON.stringify(ROOT_MODULE)};\n${code.replaceAll('import.meta.url', `new URL(${JSON.stringify(path)}, $rootUrl).href`)}`,
      map: null,
    };
  },
};

const bundle = await rolldown({
  input: Object.fromEntries(ENTRIES.map((name) => [name, join(from, `${name}.js`)])),
  platform: 'node',
  external: [/^node:/, ...PACKAGES.map((name) => new RegExp(`^${name}(/|$)`))],
  plugins: [ownUrls],
});
mkdirSync(to, { recursive: true });
for (const name of readdirSync(to).filter((entry) => !entry.startsWith('.') && !PAGES.includes(entry)))
  rmSync(join(to, name), { recursive: true });
const { output } = await bundle.write({
  dir: to,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: `${CHUNKS}/[name].js`,
  codeSplitting: { groups: [{ name: 'root-url', test: (id) => id === ROOT_MODULE }] },
});
await bundle.close();
// For authors of connectors, whose compiler finds the types of what they import.
cpSync(from, join(to, 'types'), { recursive: true, filter: (path) => path.endsWith('.d.ts') || statSync(path).isDirectory() });
writeFileSync(join(to, 'third-party-notices.txt'), noticesOf(output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []))));

/** Modules of this name in the folders below one of them. */
function foldersIn(folder, name) {
  return readdirSync(join(from, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && readdirSync(join(from, folder, entry.name)).includes(`${name}.js`))
    .map((entry) => `${folder}/${entry.name}/${name}`);
}
