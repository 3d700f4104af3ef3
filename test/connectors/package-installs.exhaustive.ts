import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { files, NAME, root, sqlKind } from '../support/connectors/connector-guide.ts';
import { createScratchInstall } from '../support/gateway/scratch-install.ts';

const install = createScratchInstall();
const source = join(install.folder, 'source');
mkdirSync(source);
for (const [name, text] of files) writeFileSync(join(source, name), text);
install.install(source);
// As `npm install` in the package's own folder would have it.
symlinkSync(join(install.folder, 'node_modules'), join(source, 'node_modules'));
mkdirSync(join(source, 'yugabytedb'));
writeFileSync(join(source, 'yugabytedb/index.js'), sqlKind);
mkdirSync(join(install.folder, 'node_modules/@types'), { recursive: true });
for (const name of ['pg', '@types/pg']) symlinkSync(join(root, 'node_modules', name), join(install.folder, 'node_modules', name));
afterAll(() => install.remove());

describe('the connector in docs/guide/write-a-connector.md', () => {
  test('is packed without its test', () => {
    const packed = ['package.json', 'index.js', 'index.test.js'].map((file) =>
      existsSync(join(install.folder, 'node_modules', NAME, file)),
    );
    expect(packed).toEqual([true, true, false]);
  });

  test('passes its own test', () => {
    const { status, stdout } = spawnSync('npm', ['test', '--silent'], { cwd: source, encoding: 'utf8', timeout: 60_000 });
    expect({ status, failed: status === 0 ? '' : stdout }).toEqual({ status: 0, failed: '' });
  });

  test.each(['index.js', 'yugabytedb/index.js'])('is sound by the types that the package gives: %s', (file) => {
    const options =
      '--noEmit --allowJs --checkJs --strict --module nodenext --target es2023 --skipLibCheck --ignoreConfig --types node'.split(' ');
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), ...options, '--typeRoots', join(root, 'node_modules/@types'), file],
      { cwd: source, encoding: 'utf8', timeout: 60_000 },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

describe('the ways in which a package is installed, each by npm and without a registry', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  /** A clone of Changeover: the root package itself, with its dependencies in place. */
  function clone(): string {
    const folder = mkdtempSync(join(tmpdir(), 'changeover-clone-'));
    folders.push(folder);
    const { name, version, type, bin, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version, type, bin, exports }));
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
    return folder;
  }
  function author(): string {
    const folder = mkdtempSync(join(tmpdir(), 'changeover-author-'));
    folders.push(folder);
    for (const [name, text] of files) writeFileSync(join(folder, name), text);
    return folder;
  }
  const npm = (args: readonly string[], cwd: string) =>
    spawnSync('npm', [...args, '--offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd, encoding: 'utf8', timeout: 60_000 });
  function placeDependencies(folder: string): void {
    for (const entry of readdirSync(join(root, 'node_modules')))
      if (!existsSync(join(folder, 'node_modules', entry)))
        symlinkSync(join(root, 'node_modules', entry), join(folder, 'node_modules', entry));
  }
  function kindsIn(folder: string): string {
    const module = pathToFileURL(join(folder, 'dist/connectors/load-packages.js')).href;
    const script = `const { loadPackages } = await import('${module}'); console.log((await loadPackages(['${NAME}'])).map(({ connector }) => connector.kind).join());`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8', timeout: 60_000 });
    return stdout.trim() || stderr;
  }

  test.each([
    ['a link', []],
    ['a copy', ['--install-links']],
  ])('in a clone, as %s', (_, options) => {
    const folder = clone();
    const { status, stderr } = npm(['install', '--no-save', ...options, author()], folder);
    placeDependencies(folder);
    expect({ status, stderr, kinds: kindsIn(folder) }).toEqual({ status: 0, stderr: '', kinds: 'metabase' });
  });

  test('a folder of which the author has Changeover beside it, as the guide says, is served with the copy of the gateway', () => {
    const folder = clone();
    const source = author();
    const beside = npm(['install', '--save-dev', root], source);
    const { status } = npm(['install', '--no-save', source], folder);
    placeDependencies(folder);
    const own = spawnSync('npm', ['test', '--silent'], { cwd: source, encoding: 'utf8', timeout: 60_000 });
    expect({ beside: beside.status, own: own.status, status, kinds: kindsIn(folder) }).toEqual({
      beside: 0,
      own: 0,
      status: 0,
      kinds: 'metabase',
    });
  });
});
