import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { builtInConnectors } from '../../src/connectors/registry.ts';

interface Package {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Package;
const drivers = builtInConnectors.flatMap(({ connector: { driver } }) => (driver === null ? [] : [driver]));

test('an optional driver is a peer that may be missing, of the version that its command installs, and is there for our tests', () => {
  const said = drivers.flatMap(({ packages, install }) =>
    install === null ? [] : packages.map((name) => ({ name, install: install.includes(`${name}@${own.peerDependencies[name]}`) })),
  );
  const names = [...new Set(said.map(({ name }) => name))].sort();
  expect({
    said: said.every(({ install }) => install),
    peers: Object.keys(own.peerDependencies),
    optional: Object.entries(own.peerDependenciesMeta)
      .filter(([, { optional }]) => optional)
      .map(([name]) => name),
    tested: names.filter((name) => own.devDependencies[name]?.startsWith(`${own.peerDependencies[name]}.`) === true),
  }).toEqual({ said: true, peers: names, optional: names, tested: names });
});

test('a driver that comes with us is a dependency', () => {
  const bundled = drivers.flatMap(({ packages, install }) => (install === null ? packages : []));
  expect(bundled.filter((name) => own.dependencies[name] === undefined)).toEqual([]);
});
