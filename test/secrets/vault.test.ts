import { writeFileSync } from 'node:fs';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createVaultProvider } from '../../src/secrets/vault/index.ts';
import type { VaultSettings } from '../../src/secrets/vault/settings.ts';
import { describeSecretProvider } from '../contracts/secret-provider.ts';
import { startFakeVault } from '../support/fakes/fake-vault.ts';
import { createManagerBench, secretOf, writeLogin } from '../support/secrets/manager-bench.ts';

const vault = await startFakeVault();
const { ask, close } = createManagerBench();
const barred = createManagerBench([]);
afterAll(async () => {
  vault.close();
  await Promise.all([close(), barred.close()]);
});
beforeEach(() => Object.assign(vault.state, { isBusy: false, isSealed: false, lasts: 3600 }));

const secretId = writeLogin('CHANGEOVER_VAULT_SECRET_ID_FILE', 'a-secret-id\n');
const server = { url: vault.url, namespace: 'teams/data', caFile: null };
const approle: VaultSettings = { ...server, login: { by: 'approle', file: secretId, roleId: 'a-role-id', mount: 'approle' } };
const byToken = (content: string, mode?: number): VaultSettings => ({
  ...server,
  login: { by: 'token', file: writeLogin('CHANGEOVER_VAULT_TOKEN_FILE', content, mode) },
});
const provider = createVaultProvider(approle, ask);
const read = (path: string, from = provider) => secretOf(from, path, 'secret/data/', 'kv/', 'database/creds/');

describeSecretProvider('vault', {
  provider,
  store(name, content) {
    vault.second.set(`sales/${name}`, [{ content }]);
    return `secret/data/sales/${name}`;
  },
  wrapped: { wraps: '{"content":""}'.length, contentOf: (secret) => JSON.parse(secret).content },
  prefixes: ['secret/data/sales/', 'secret/data/hr', 'kv/'],
  noPrefixes: [
    '',
    '/',
    'secret',
    'sys/',
    'auth/token/',
    'identity/',
    'cubbyhole/x',
    'secret/../sys/',
    'secret//data/',
    '/secret/data/',
    'secret/ /x',
    'secret/data/a?version=1',
    'a/%2e/',
  ],
  noPaths: [
    '',
    'secret',
    'secret/data/',
    '/secret/data/sales',
    'secret/data/../../sys/health',
    'secret/data/./sales',
    'secret//data/sales',
    'sys/internal/ui/mounts',
    'auth/token/lookup-self',
    'cubbyhole/sales',
    'secret/data/sales?version=0',
    'secret/data/sales?version=1&version=2',
    'secret/data/sales?list=true',
    'secret/data/sales%2f..',
    'secret/data/sales\n',
    'secret/data/ sales',
  ],
});

test('a secret of either version of the engine is its whole object, and a version of it is had by its number', async () => {
  vault.second.set('sales', [{ user: 'old' }, { user: 'loader', port: 5432 }]);
  vault.second.set('data', [{ data: { user: 'x' } }]);
  vault.first.set('sales/db', { user: 'first', data: 'a member' });
  expect({
    second: await read('secret/data/sales'),
    old: await read('secret/data/sales?version=1'),
    none: await read('secret/data/sales?version=3'),
    nested: await read('secret/data/data'),
    first: await read('kv/sales/db'),
  }).toEqual({
    second: '{"user":"loader","port":5432}',
    old: '{"user":"old"}',
    none: 'missing',
    nested: '{"data":{"user":"x"}}',
    first: '{"user":"first","data":"a member"}',
  });
});

test('each way in which a secret is not had has a failure of its own', async () => {
  vault.second.set('deleted', [{ user: 'x' }, null]);
  const failures: Record<string, string> = {
    missing: await read('secret/data/none'),
    deleted: await read('secret/data/deleted'),
    denied: await read('secret/data/denied/x'),
    unnamed: await read('secret/metadata/sales', createVaultProvider(approle, ask)),
    dynamic: await read('database/creds/sales'),
    barred: await read('secret/data/x', createVaultProvider(approle, barred.ask)),
    closed: await read('secret/data/x', createVaultProvider({ ...approle, url: 'http://127.0.0.1:1' }, ask)),
    absent: await read('secret/data/x', createVaultProvider(null, ask)),
    otherNamespace: await read('secret/data/x', createVaultProvider({ ...approle, namespace: null }, ask)),
  };
  vault.state.isBusy = true;
  failures.busy = await read('secret/data/x');
  Object.assign(vault.state, { isBusy: false, isSealed: true });
  failures.sealed = await read('secret/data/x');
  expect(failures).toEqual({
    missing: 'missing',
    deleted: 'missing',
    denied: 'denied',
    unnamed: 'not-granted',
    dynamic: 'ill-formed: it is in no key/value engine',
    barred: 'unreachable: address not allowed by the egress policy',
    closed: 'unreachable: connection refused',
    absent: 'not-set-up: CHANGEOVER_VAULT_URL is not set',
    otherNamespace: 'unreachable: it answered 404',
    busy: 'throttled',
    sealed: 'unreachable: it answered 503',
  });
});

test('a login that is wrong, or whose file is, is told by its setting and never by what it holds', async () => {
  const canary = 'CNRY0123456789abcdef';
  const wrong = writeLogin('CHANGEOVER_VAULT_SECRET_ID_FILE', canary);
  const failures = {
    secretId: await read('secret/data/sales', createVaultProvider({ ...approle, login: { ...approle.login, file: wrong } }, ask)),
    token: await read('secret/data/sales', createVaultProvider(byToken(canary), ask)),
    open: await read('secret/data/sales', createVaultProvider(byToken(canary, 0o644), ask)),
    lines: await read('secret/data/sales', createVaultProvider(byToken(`${canary}\n${canary}`), ask)),
    empty: await read('secret/data/sales', createVaultProvider(byToken(''), ask)),
    gone: await read(
      'secret/data/sales',
      createVaultProvider({ ...server, login: { by: 'token', file: { ...wrong, file: '/nonexistent' } } }, ask),
    ),
  };
  expect(failures).toEqual({
    secretId: 'signed-out: it answered 400',
    token: 'signed-out',
    open: 'not-set-up: everybody may read or write the file of CHANGEOVER_VAULT_TOKEN_FILE: chmod o= it',
    lines: 'not-set-up: the file of CHANGEOVER_VAULT_TOKEN_FILE holds something else',
    empty: 'not-set-up: the file of CHANGEOVER_VAULT_TOKEN_FILE is empty',
    gone: 'not-set-up: the file of CHANGEOVER_VAULT_SECRET_ID_FILE cannot be read',
  });
});

test('one login serves reads until it ends, and one that Vault no longer takes is replaced, once', async () => {
  let at = 0;
  const own = createVaultProvider(approle, ask, () => at);
  vault.second.set('sales', [{ user: 'loader' }]);
  const before = vault.state.logins;
  const logins = async () => [await read('secret/data/sales', own), vault.state.logins - before];
  const together = await Promise.all([logins(), logins(), logins()]);
  vault.endTokens();
  const ended = await logins();
  at += 3590_000;
  expect({ together, ended, old: await logins() }).toEqual({
    together: Array.from({ length: 3 }, () => ['{"user":"loader"}', 1]),
    ended: ['{"user":"loader"}', 2],
    old: ['{"user":"loader"}', 3],
  });
});

test('a token that an agent has replaced in its file is taken when Vault refuses the one before', async () => {
  const settings = byToken(vault.issue());
  const own = createVaultProvider(settings, ask);
  vault.second.set('sales', [{ user: 'loader' }]);
  const first = await read('secret/data/sales', own);
  vault.endTokens();
  const refused = await read('secret/data/sales', own);
  writeFileSync(settings.login.file.file, vault.issue());
  expect({ first, refused, again: await read('secret/data/sales', own) }).toEqual({
    first: '{"user":"loader"}',
    refused: 'signed-out',
    again: '{"user":"loader"}',
  });
});

test('every version of a secret is that secret, and has its grants', async () => {
  const identify = (path: string) => provider.identify?.(path);
  expect({
    isOne: (await identify('secret/data/sales?version=1')) === (await identify('secret/data/sales')),
    isOther: (await identify('secret/data/sales2')) !== (await identify('secret/data/sales')),
    within: provider.isWithin('secret/data/sales?version=1', 'secret/data/sales'),
  }).toEqual({ isOne: true, isOther: true, within: true });
});
