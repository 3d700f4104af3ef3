import { afterAll, expect, test } from 'vitest';
import { createVaultProvider } from '../../src/secrets/vault/index.ts';
import type { VaultSettings } from '../../src/secrets/vault/settings.ts';
import { createManagerBench, secretOf, writeLogin } from '../support/secrets/manager-bench.ts';
import { startOpenBao } from '../support/servers/openbao.ts';

/** What a real OpenBao answers, by AppRole and by token, with the policy of the guide; the fake of test/secrets/vault.test.ts is held against it. */
const bao = await startOpenBao();
const { ask, close } = createManagerBench();
afterAll(async () => {
  await close();
  await bao.close();
});

const POLICY =
  'path "secret/data/sales/*" { capabilities = ["read"] } path "kv/sales/*" { capabilities = ["read"] } path "database/*" { capabilities = ["read"] }';

/** The engines, a policy and an AppRole, in a namespace or outside of any. */
async function prepare(namespace?: string) {
  const at = (method: string, path: string, body?: object) => bao.ask(method, path, body, namespace);
  await at('POST', 'sys/mounts/kv', { type: 'kv', options: { version: '1' } });
  if (namespace !== undefined) await at('POST', 'sys/mounts/secret', { type: 'kv', options: { version: '2' } });
  await at('POST', 'sys/auth/approle', { type: 'approle' });
  await at('PUT', 'sys/policies/acl/changeover', { policy: POLICY });
  await at('POST', 'auth/approle/role/changeover', { token_policies: 'changeover', token_ttl: '1h', secret_id_num_uses: 0 });
  const roleId = String((await at('GET', 'auth/approle/role/changeover/role-id')).data?.role_id);
  const secretId = String((await at('POST', 'auth/approle/role/changeover/secret-id', {})).data?.secret_id);
  await at('POST', 'secret/data/sales/db', { data: { user: 'old' } });
  await at('POST', 'secret/data/sales/db', { data: { user: `loader of ${namespace ?? 'all'}`, port: 5432 } });
  await at('POST', 'kv/sales/db', { user: 'first' });
  const login = { by: 'approle', roleId, mount: 'approle', file: writeLogin('CHANGEOVER_VAULT_SECRET_ID_FILE', secretId) } as const;
  return { url: bao.url, namespace: namespace ?? null, caFile: null, login } satisfies VaultSettings;
}

const settings = await prepare();
const read = (path: string, from = createVaultProvider(settings, ask)) => secretOf(from, path, 'secret/', 'kv/');

test('both versions of the engine are read, and a version of a secret', async () => {
  expect({
    second: await read('secret/data/sales/db'),
    old: await read('secret/data/sales/db?version=1'),
    first: await read('kv/sales/db'),
  }).toEqual({ second: '{"port":5432,"user":"loader of all"}', old: '{"user":"old"}', first: '{"user":"first"}' });
});

test('each way in which a secret is not had has a failure of its own', async () => {
  await bao.ask('POST', 'secret/data/sales/gone', { data: { user: 'x' } });
  await bao.ask('DELETE', 'secret/data/sales/gone');
  const wrong = { ...settings.login, file: writeLogin('CHANGEOVER_VAULT_SECRET_ID_FILE', '00000000-0000-0000-0000-000000000000') };
  const token = { by: 'token', file: writeLogin('CHANGEOVER_VAULT_TOKEN_FILE', 'hvs.of-nobody') } as const;
  expect({
    missing: await read('secret/data/sales/none'),
    version: await read('secret/data/sales/db?version=9'),
    deleted: await read('secret/data/sales/gone'),
    denied: await read('secret/data/hr/db'),
    noMount: await read('kv/hr/db'),
    wrongSecretId: await read('secret/data/sales/db', createVaultProvider({ ...settings, login: wrong }, ask)),
    wrongToken: await read('secret/data/sales/db', createVaultProvider({ ...settings, login: token }, ask)),
  }).toEqual({
    missing: 'missing',
    version: 'missing',
    deleted: 'missing',
    denied: 'denied',
    noMount: 'denied',
    wrongSecretId: 'signed-out: it answered 400',
    wrongToken: 'signed-out',
  });
});

test('a token that was revoked is replaced by a new login', async () => {
  const provider = createVaultProvider(settings, ask);
  const first = await read('kv/sales/db', provider);
  await bao.ask('POST', 'sys/leases/revoke-prefix/auth/approle/login', {});
  expect([first, await read('kv/sales/db', provider)]).toEqual(['{"user":"first"}', '{"user":"first"}']);
});

test('a namespace has its own logins and secrets', async () => {
  await bao.ask('POST', 'sys/namespaces/teams', {});
  const teams = createVaultProvider(await prepare('teams'), ask);
  const outside = createVaultProvider({ ...settings, namespace: 'teams' }, ask);
  expect([await read('secret/data/sales/db', teams), await read('secret/data/sales/db', outside)]).toEqual([
    '{"port":5432,"user":"loader of teams"}',
    'signed-out: it answered 400',
  ]);
});
