import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../root.mjs';

const kit = join(root, 'node_modules/drizzle-kit/bin.cjs');

/** Adds a migration where src/store/tables says more than those that are there. Says whether it succeeded. */
export function addMigration(engine) {
  const { status } = spawnSync(process.execPath, [kit, 'generate', '--config', `drizzle.${engine}.config.ts`], {
    cwd: root,
    stdio: 'inherit',
  });
  return status === 0;
}

/** A migration is never edited once released, so the check lets drizzle-kit add one to a copy and looks whether it did. */
export function checkMigrations(engine) {
  const copy = mkdtempSync(join(tmpdir(), 'changeover-migrations-'));
  try {
    cpSync(join(root, 'migrations', engine), join(copy, engine), { recursive: true });
    const schema = join(root, 'scripts/generate', `drizzle-schema.${engine}.cjs`);
    const dialect = engine === 'sqlite' ? 'sqlite' : 'postgresql';
    // The tool insists on an `out` below its working directory.
    const { status, stderr } = spawnSync(process.execPath, [kit, 'generate', '--dialect', dialect, '--schema', schema, '--out', engine], {
      cwd: copy,
      encoding: 'utf8',
    });
    if (status !== 0) console.error(stderr);
    const list = (folder) => readdirSync(folder).sort().join('\n');
    if (status === 0 && list(join(copy, engine)) === list(join(root, 'migrations', engine))) return true;
    console.error(`migrations/${engine} lacks what src/store/tables says; run: npm run generate`);
    return false;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
