import { expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { StartupError } from '../../src/domain/errors/startup-error.ts';

const vault = { CHANGEOVER_VAULT_URL: 'https://vault.example.com:8200' };
const azure = { CHANGEOVER_AZURE_TENANT_ID: 'example.com', CHANGEOVER_AZURE_CLIENT_ID: 'an-id' };

test('no manager is set up unless settings say so', () => {
  expect(readConfig({}).managers).toEqual({ gcp: null, azure: null, vault: null });
});

test('each manager is read from its own settings, and files by the setting that names them', () => {
  const { managers } = readConfig({
    ...vault,
    CHANGEOVER_VAULT_NAMESPACE: '/teams/data/',
    CHANGEOVER_VAULT_ROLE_ID: 'a-role',
    CHANGEOVER_VAULT_SECRET_ID_FILE: '/run/secret-id',
    ...azure,
    CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE: '/run/token',
    CHANGEOVER_GCP_KEY_FILE: '/run/key.json',
  });
  expect(managers).toEqual({
    gcp: {
      keyFile: { setting: 'CHANGEOVER_GCP_KEY_FILE', file: '/run/key.json' },
      secretsUrl: null,
      tokenUrl: 'https://oauth2.googleapis.com/token',
    },
    azure: {
      tenantId: 'example.com',
      clientId: 'an-id',
      loginUrl: 'https://login.microsoftonline.com',
      login: { by: 'federated', file: { setting: 'CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE', file: '/run/token' } },
    },
    vault: {
      url: 'https://vault.example.com:8200',
      namespace: 'teams/data',
      caFile: null,
      login: {
        by: 'approle',
        roleId: 'a-role',
        mount: 'approle',
        file: { setting: 'CHANGEOVER_VAULT_SECRET_ID_FILE', file: '/run/secret-id' },
      },
    },
  });
});

test.each<[string, Readonly<Record<string, string>>, RegExp]>([
  ['a Vault without a login', vault, /CHANGEOVER_VAULT_TOKEN_FILE/],
  [
    'a Vault with two logins',
    { ...vault, CHANGEOVER_VAULT_TOKEN_FILE: '/t', CHANGEOVER_VAULT_ROLE_ID: 'r' },
    /CHANGEOVER_VAULT_TOKEN_FILE/,
  ],
  ['a Vault in clear', { CHANGEOVER_VAULT_URL: 'http://vault.example.com', CHANGEOVER_VAULT_TOKEN_FILE: '/t' }, /CHANGEOVER_VAULT_URL/],
  ['a password in an address', { CHANGEOVER_VAULT_URL: 'https://u:CNRY@vault', CHANGEOVER_VAULT_TOKEN_FILE: '/t' }, /CHANGEOVER_VAULT_URL/],
  ['an application without a tenant', { CHANGEOVER_AZURE_CLIENT_ID: 'an-id' }, /CHANGEOVER_AZURE_TENANT_ID/],
  ['an application without a proof', azure, /CHANGEOVER_AZURE_CLIENT_SECRET_FILE/],
  [
    'an application with two proofs',
    { ...azure, CHANGEOVER_AZURE_CLIENT_SECRET_FILE: '/s', CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE: '/t' },
    /CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE/,
  ],
  [
    'a Google in clear',
    { CHANGEOVER_GCP_KEY_FILE: '/k', CHANGEOVER_GCP_TOKEN_URL: 'http://thief.example.com' },
    /CHANGEOVER_GCP_TOKEN_URL/,
  ],
])('%s ends the start by the name of the setting, and quotes nothing', (_, environment, message) => {
  const start = () => readConfig(environment);
  expect(start).toThrow(StartupError);
  expect(start).toThrow(message);
  expect(start).not.toThrow(/CNRY|thief/);
});
