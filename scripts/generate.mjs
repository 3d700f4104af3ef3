// Writes every generated file anew; with --check it writes none, names those that are out of date, and exits with 1.
//   node scripts/generate.mjs [--check] [stage...]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compile } from './build.mjs';
import { cliDocuments } from './generate/cli-documents.mjs';
import { addMigration, checkMigrations } from './generate/migrations.mjs';
import { registry } from './generate/registry.mjs';
import { root } from './root.mjs';

const words = process.argv.slice(2);
const checking = words.includes('--check');
const wanted = words.filter((word) => word !== '--check');

/** In this order: sources that are made from other files come first, and what the compiled product says of itself comes after it is compiled. */
const stages = {
  registry: () => update(registry()),
  'cli-documents': async () => update(await cliDocuments()),
  migrations: () => ['sqlite', 'postgres'].map(checking ? checkMigrations : addMigration).every(Boolean),
  compile: () => {
    compile();
    return true;
  },
  // The types of the command line's documents come from the schema: where that is new, they and what is built from them are made again.
  schema: async () => {
    const { schema } = await import('./generate/schema.mjs');
    return update(schema()) && update(await cliDocuments()) && stages.compile();
  },
  openapi: async () => {
    const { openapi } = await import('./generate/openapi.mjs');
    return update(await openapi());
  },
  pages: async () => update(await pages()),
};

for (const [name, run] of Object.entries(stages))
  if ((wanted.length === 0 || wanted.includes(name)) && !(await run())) process.exitCode = 1;

async function pages() {
  const files = {};
  for (const name of readdirSync(join(root, 'scripts/generate/pages')).sort())
    Object.assign(files, (await import(`./generate/pages/${name}`)).default);
  return files;
}

/** Writes the files that differ or, when checking, names them. Says whether all is well. */
function update(files) {
  let isUpToDate = true;
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, path);
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
    if (checking) {
      console.error(`${path} is out of date; run: npm run generate`);
      isUpToDate = false;
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return isUpToDate;
}
