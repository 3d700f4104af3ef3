import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('the connector in CONTRIBUTING', () => {
  const files = [...read('CONTRIBUTING.md').matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', text = '']) => ({
    path,
    text,
  }));

  test('is one file and one test', () => {
    expect(files.map(({ path }) => path)).toEqual(['src/connectors/grafana/index.ts', 'test/connectors/grafana.test.ts']);
  });

  test('compiles, registers itself, and passes the contract suite', () => {
    const copy = mkdtempSync(join(tmpdir(), 'changeover-contributing-'));
    try {
      const needed = [
        'src',
        'test',
        'scripts',
        'migrations',
        'package.json',
        'package-lock.json',
        'tsconfig.json',
        'tsconfig.build.json',
        'vitest.config.ts',
      ];
      // Pages take long to build, and no connector needs them.
      const wanted = (source: string) => !['src/explorer', 'src/console'].some((page) => source === join(root, page));
      for (const path of needed) cpSync(join(root, path), join(copy, path), { recursive: true, filter: wanted });
      symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
      for (const { path, text } of files) {
        mkdirSync(dirname(join(copy, path)), { recursive: true });
        writeFileSync(join(copy, path), text);
      }
      const run = (...args: readonly string[]) => {
        const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 110_000 });
        return status === 0 ? 'ok' : `${stdout}${stderr}`;
      };
      const outcome = [
        run('scripts/generate.mjs', 'registry'),
        run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'),
        run('node_modules/vitest/vitest.mjs', 'run', 'test/connectors/grafana.test.ts'),
      ];
      expect(outcome).toEqual(['ok', 'ok', 'ok']);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }, 120_000);
});

test('the reference is what the product says of itself today', () => {
  const { stderr, status } = spawnSync(process.execPath, ['scripts/generate.mjs', '--check', 'pages'], { cwd: root, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});
