import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

interface Module {
  readonly unsupportedPackages: (lockfile: unknown, node: string) => readonly string[];
}

const { unsupportedPackages }: Module = await import(new URL('../../scripts/unsupported-packages.mjs', import.meta.url).href);
const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const lockfile: unknown = JSON.parse(read('package-lock.json'));

describe('the packages that are installed', () => {
  test.each(['22.15.0', '24.0.0'])('all declare that they run on Node %s, so that npm warns of none', (node) => {
    expect(unsupportedPackages(lockfile, node)).toEqual([]);
  });

  test('are named in the README where they declare not to run on Node 20', () => {
    const readme = read('README.md');
    const unsupported = unsupportedPackages(lockfile, '20.19.0');
    expect({ some: unsupported.length > 0, unnamed: unsupported.filter((name) => !readme.includes(`\`${name}\``)) }).toEqual({
      some: true,
      unnamed: [],
    });
  });

  test('are found out by what they declare', () => {
    const packages = { '': { engines: { node: '>=99' } }, 'node_modules/a': { engines: { node: '>=22' } }, 'node_modules/b': {} };
    expect(unsupportedPackages({ packages }, '20.19.0')).toEqual(['a']);
  });
});
