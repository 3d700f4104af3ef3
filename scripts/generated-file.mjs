import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** With `--check` nothing is written: a file that differs is named, and the exit code is 1. */
const checking = process.argv.includes('--check');

/** Writes a generated file below the repository's root, or compares it. */
export function generatedFile(path, text) {
  const file = join(root, path);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
  if (before === text) return;
  if (checking) {
    console.error(`${relative(root, file)} is out of date; run: npm run generate`);
    process.exitCode = 1;
    return;
  }
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
