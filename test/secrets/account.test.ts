import { expect, test } from 'vitest';
import type { SecretProvider } from '../../src/domain/connection/reference/secret-reference.ts';
import { createAccountProvider } from '../../src/secrets/account/index.ts';
import { createSecretResolver } from '../../src/secrets/create-resolver.ts';
import { failureOf } from '../support/outcomes/secret-failure.ts';

const values = new Map([
  ['sales/smtp', { scope: 'global', value: 'ours' }],
  ['sales/alarm', { scope: 'notifications', value: 'for alarms' }],
  ['hr/smtp', { scope: 'global', value: 'theirs' }],
] as const);
const given: Buffer[] = [];
const provider = createAccountProvider(async (projectId, name) => {
  const found = values.get(`${projectId}/${name}` as 'sales/smtp');
  if (found === undefined) return null;
  const value = Buffer.from(found.value);
  given.push(value);
  return { scope: found.scope, value };
});
const { signal } = new AbortController();
const rootsOf = (projectId: string, category: string) => provider.ownRoots?.(projectId, { category }) ?? [];
const read = async (name: string, roots: readonly string[]) => (await provider.read(name, roots, signal)).toString('utf8');

test('a reference reads the secret of its own project, in the scopes that its kind may use', async () => {
  const refused = await failureOf(read('alarm', rootsOf('sales', 'database')));
  expect({
    own: await read('smtp', rootsOf('sales', 'database')),
    other: await read('smtp', rootsOf('hr', 'database')),
    notifies: await read('alarm', rootsOf('sales', 'notification')),
    refused,
    missing: await failureOf(read('none', rootsOf('sales', 'database'))),
    rootless: await failureOf(read('smtp', [])),
    noName: await failureOf(read('../hr/smtp', rootsOf('sales', 'database'))),
  }).toEqual({
    own: 'ours',
    other: 'theirs',
    notifies: 'for alarms',
    refused: 'not-granted',
    missing: 'missing',
    rootless: 'not-granted',
    noName: 'not-granted',
  });
});

test('what was refused is overwritten', async () => {
  given.length = 0;
  await failureOf(read('alarm', rootsOf('sales', 'database')));
  expect(given.map((bytes) => bytes.every((byte) => byte === 0))).toEqual([true]);
});

test('nobody grants what is a project’s own', () => {
  expect({
    everything: provider.readPrefix(''),
    own: provider.readPrefix('sales/global'),
    within: provider.isWithin('smtp', 'sales/global'),
  }).toEqual({ everything: null, own: null, within: false });
});

test('a secret of the store is read each time, and never kept', async () => {
  let value = 'first';
  const account: SecretProvider = { ...provider, read: async () => Buffer.from(value) };
  const resolver = createSecretResolver({
    env: account,
    file: account,
    account,
    aws: account,
    gcp: account,
    azure: account,
    vault: account,
  });
  const resolve = async () => (await resolver.resolve({ provider: 'account', path: 'smtp' }, ['sales/global'])).value.toString('utf8');
  const first = await resolve();
  value = 'second';
  expect({ first, second: await resolve() }).toEqual({ first: 'first', second: 'second' });
});
