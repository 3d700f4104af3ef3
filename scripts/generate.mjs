// `npm run generate` writes every generated file anew; with --check it writes none and fails where one is out of date.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './generated-file.mjs';

const checking = process.argv.includes('--check');
const flags = checking ? ['--check'] : [];

/** In this order: the registry belongs to the sources, and what is printed from compiled code comes after the build. */
const steps = [
  () => node('scripts/generate-registry.mjs', ...flags),
  () => ['sqlite', 'postgres'].map(migrations).every(Boolean),
  () => {
    build();
    return true;
  },
  () => node('scripts/generate-schema.mjs', ...flags),
  () => node('scripts/generate-reference.mjs', ...flags),
];

const results = [];
for (const step of steps) results.push(step());
if (results.includes(false)) process.exitCode = 1;

function node(...args) {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** A migration is never edited once released, so the check lets drizzle-kit add one to a copy and looks whether it did. */
function migrations(engine) {
  const kit = join(root, 'node_modules/drizzle-kit/bin.cjs');
  if (!checking) return node(kit, 'generate', '--config', `drizzle.${engine}.config.ts`);
  const copy = mkdtempSync(join(tmpdir(), 'changeover-migrations-'));
  try {
    cpSync(join(root, 'migrations', engine), join(copy, engine), { recursive: true });
    const schema = join(root, 'scripts', `drizzle-schema.${engine}.cjs`);
    const dialect = engine === 'sqlite' ? 'sqlite' : 'postgresql';
    // The tool insists on an `out` below its working directory.
    const { status, stderr } = spawnSync(process.execPath, [kit, 'generate', '--dialect', dialect, '--schema', schema, '--out', engine], {
      cwd: copy,
      encoding: 'utf8',
    });
    if (status !== 0) console.error(stderr);
    const list = (folder) => readdirSync(folder).sort().join('\n');
    if (status === 0 && list(join(copy, engine)) === list(join(root, 'migrations', engine))) return true;
    console.error(`migrations/${engine} lacks what src/store/tables.ts says; run: npm run generate`);
    return false;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
