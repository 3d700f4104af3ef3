import { afterAll, beforeEach, expect, test } from 'vitest';
import { createAzureProvider } from '../../src/secrets/azure/index.ts';
import type { AzureSettings } from '../../src/secrets/azure/settings.ts';
import { describeSecretProvider } from '../contracts/secret-provider.ts';
import { startFakeKeyVault, versionOf } from '../support/fakes/fake-key-vault.ts';
import { createManagerBench, secretOf, writeLogin } from '../support/secrets/manager-bench.ts';

const keyVault = await startFakeKeyVault();
const { ask, close } = createManagerBench();
afterAll(async () => {
  keyVault.close();
  await close();
});
beforeEach(() => Object.assign(keyVault.state, { isBusy: false, isDown: false }));

const of = (clientId: string, secret: string, by: AzureSettings['login']['by'] = 'secret'): AzureSettings => ({
  tenantId: 'tests.example.com',
  clientId,
  loginUrl: keyVault.url,
  login: { by, file: writeLogin('CHANGEOVER_AZURE_CLIENT_SECRET_FILE', secret) },
});
const root = `${keyVault.url}/secrets/`;
const settings = of('reader', 'a-client-secret');
const provider = createAzureProvider(settings, ask);
const read = (path: string, from = provider) => secretOf(from, path, root);

describeSecretProvider('azure', {
  provider,
  store(name, content) {
    keyVault.secrets.set(`sales-${name.toLowerCase()}`, { versions: [content] });
    return `${root}sales-${name}`;
  },
  prefixes: [`${root}sales-`, `${root}hr-`, 'https://other.vault.azure.net/secrets/'],
  noPrefixes: [
    '',
    'https://',
    'https://sales.vault.azure.net',
    'https://sales.vault.azure.net/',
    'https://sales.vault.azure.net/keys/',
    'http://sales.vault.azure.net/secrets/',
    'https://sales.vault.azure.net:443/secrets/',
    'https://user@sales.vault.azure.net/secrets/',
    'https://vault/secrets/',
    'https://*.vault.azure.net/secrets/',
    `${root}sales/`,
  ],
  noPaths: [
    '',
    'sales',
    root,
    'https://sales.vault.azure.net/keys/sales',
    'https://sales.vault.azure.net:443/secrets/sales',
    'https://sales.vault.azure.net./secrets/sales',
    'https://user@sales.vault.azure.net/secrets/sales',
    `${root}sales?api-version=2`,
    `${root}sales/..`,
    `${root}sales_1`,
    `${root}sales/0`,
    `${root}sales\n`,
  ],
});

test('the current version is had unless another is named, whatever the case of the name', async () => {
  keyVault.secrets.set('sales', { versions: ['first', 'second'] });
  expect({ current: await read(`${root}Sales`), first: await read(`${root}sales/${versionOf(0)}`) }).toEqual({
    current: 'second',
    first: 'first',
  });
});

test('each way in which a secret is not had has a failure of its own', async () => {
  keyVault.secrets.set('sales', { versions: ['x'] });
  keyVault.secrets.set('off', { versions: ['x'], isDisabled: true });
  const failures: Record<string, string> = {
    missing: await read(`${root}none`),
    version: await read(`${root}sales/${versionOf(7)}`),
    disabled: await read(`${root}off`),
    denied: await read(`${root}sales`, createAzureProvider(of('stranger', 'a-stranger-secret'), ask)),
    wrong: await read(`${root}sales`, createAzureProvider(of('reader', 'another'), ask)),
    expired: await read(`${root}sales`, createAzureProvider(of('late-reader', 'an-old-secret'), ask)),
    absent: await read(`${root}sales`, createAzureProvider(null, ask)),
    closed: await read(`${root}sales`, createAzureProvider({ ...settings, loginUrl: 'http://127.0.0.1:1' }, ask)),
  };
  keyVault.state.isBusy = true;
  failures.busy = await read(`${root}sales`);
  Object.assign(keyVault.state, { isBusy: false, isDown: true });
  failures.down = await read(`${root}sales`);
  expect(failures).toEqual({
    missing: 'missing',
    version: 'missing',
    disabled: 'missing: it is disabled, or outside of its dates',
    denied: 'denied',
    wrong: 'signed-out: it answered 401 invalid_client',
    expired: 'signed-out: it answered 401 invalid_client',
    absent: 'not-set-up: CHANGEOVER_AZURE_TENANT_ID is not set',
    closed: 'unreachable: connection refused',
    busy: 'throttled',
    down: 'unreachable: it answered 503 ServiceUnavailable',
  });
});

test('a federated token stands in for the client secret, in a file that everybody may read', async () => {
  keyVault.secrets.set('sales', { versions: ['x'] });
  const file = writeLogin('CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE', 'a.federated.token', 0o644);
  const workload = createAzureProvider({ ...settings, clientId: 'workload', login: { by: 'federated', file } }, ask);
  expect(await read(`${root}sales`, workload)).toBe('x');
});

test('a token that Entra has ended is replaced, and what Key Vault says of where to sign in is not obeyed', async () => {
  keyVault.secrets.set('sales', { versions: ['x'] });
  const first = await read(`${root}sales`);
  const before = keyVault.state.logins;
  keyVault.endTokens();
  expect({ first, again: await read(`${root}sales`), logins: keyVault.state.logins - before }).toEqual({
    first: 'x',
    again: 'x',
    logins: 1,
  });
});

test('each cloud has a token for its own vaults', async () => {
  const scopes: unknown[] = [];
  const own = createAzureProvider(settings, async (call) => {
    if (call.step === 'read') return new Uint8Array();
    scopes.push((call.login as { readonly scope: string }).scope);
    return { session: 'token', seconds: 600 };
  });
  for (const vault of ['sales.vault.azure.net', 'hr.vault.azure.net', 'sales.vault.usgovcloudapi.net'])
    await secretOf(own, `https://${vault}/secrets/x`, `https://${vault}/secrets/`);
  expect(scopes).toEqual(['https://vault.azure.net/.default', 'https://vault.usgovcloudapi.net/.default']);
});

test('every spelling and version of a secret is that secret, and has its grants', async () => {
  const identify = (path: string) => provider.identify?.(path);
  expect({
    isOne: (await identify(`${root}SALES/${versionOf(1)}`)) === (await identify(`${root}sales`)),
    within: provider.isWithin(`${root}SALES/${versionOf(1)}`, `${root}sales`),
  }).toEqual({ isOne: true, within: true });
});
