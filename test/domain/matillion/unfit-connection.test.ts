import { describe, expect, test } from 'vitest';
import { type FoundSecret, findNamedSecret } from '../../../src/domain/connection/reference/named-secret.ts';
import type { ProviderGrant } from '../../../src/domain/connection/reference/secret-reference.ts';
import { AUTH_TYPES, authTypesOf, type PlatformType } from '../../../src/domain/matillion/platform-types.ts';
import { type MatillionDetails, unfitConnection } from '../../../src/domain/matillion/unfit-connection.ts';

describe('what a connection may authenticate with', () => {
  test.each<[PlatformType, string, readonly string[]]>([
    ['COMPONENT_BASIC', 'NONE', ['GENERIC_SECRET']],
    ['COMPONENT_BASIC', 'salesforce', ['OAUTH_CLIENT_CRED', 'OAUTH_USER_TOKENS', 'OAUTH_AUTHORIZATION_CODE']],
    ['COMPONENT_BASIC', 'netsuite', ['COMPOSITE_TOKEN']],
    ['COMPONENT_BASIC', 'x-ads', ['OAUTH_1_0_X_ADS']],
    ['CLOUD_PLATFORM_CREDENTIALS', 'aws', ['CLOUD_PROVIDER_SECRET']],
    ['CLOUD_PLATFORM_CREDENTIALS', 'ibm', []],
    ['DWH', 'anything', AUTH_TYPES],
  ])('%s with %s', (type, provider, types) => {
    expect(authTypesOf(type, provider)).toEqual(types);
  });
});

describe('properties', () => {
  const of = (
    connectionProperties: MatillionDetails['connectionProperties'],
    more: Partial<MatillionDetails> = {},
    type: PlatformType = 'COMPONENT_BASIC',
  ) => unfitConnection(type, { authProvider: 'NONE', authType: 'GENERIC_SECRET', connectionProperties, ...more }).map(({ path }) => path);
  const open = { authProvider: 'salesforce', authType: 'OAUTH_CLIENT_CRED' } as const;

  test('of a plain login are the names of a secret and of its member, in either form', () => {
    expect([
      of({ secretName: 'a', secretKey: 'b' }),
      of({ credentialSecretName: 'a' }),
      of({ secretKey: 'b' }),
      of({ secretName: 'a', user: 'b' }),
    ]).toEqual([[], [], ['connectionProperties.secretName'], ['connectionProperties.user']]);
  });

  test('of a cloud are the name of one secret', () => {
    const cloud = { authProvider: 'gcp', authType: 'CLOUD_PROVIDER_SECRET' } as const;
    expect([
      of({ credentialSecretName: 'a' }, cloud, 'CLOUD_PLATFORM_CREDENTIALS'),
      of({ secretName: 'a' }, cloud, 'CLOUD_PLATFORM_CREDENTIALS'),
    ]).toEqual([[], ['connectionProperties.secretName', 'connectionProperties.credentialSecretName']]);
  });

  test.each(['password', 'myPassphrase', 'privateKey', 'ACCESSTOKEN', 'refreshToken', 'clientSecret'])(
    'that are open may not be called %s, unless it is the name of one',
    (name) => {
      expect([of({ [name]: 'x' }, open), of({ [`${name}Name`]: 'x', [`${name}Id`]: 'x', [`${name}Reference`]: 'x' }, open)]).toEqual([
        [`connectionProperties.${name}`],
        [],
      ]);
    },
  );
});

describe('where a name leads', () => {
  const grant = (provider: ProviderGrant['provider'], prefix: string): ProviderGrant => ({
    projectId: 'p',
    provider,
    prefix,
    createdAt: 0,
    createdBy: null,
  });
  const found = (name: string, location: Readonly<Record<string, string>> | null, grants: readonly ProviderGrant[] = []) =>
    findNamedSecret({ member: 'secretName', name, key: null, location, records: null, isOptional: false }, grants);

  test.each<[string, FoundSecret | null, FoundSecret | null]>([
    ['of AWS', found('crm', { type: 'AWS_SECRET_MANAGER', region: 'eu-west-1' }), { provider: 'aws', path: 'eu-west-1/crm' }],
    ['of AWS without the type', found('crm', { region: 'us-east-1' }), { provider: 'aws', path: 'us-east-1/crm' }],
    ['of AWS by its ARN', found('arn:aws:x', { region: 'us-east-1' }), { provider: 'aws', path: 'arn:aws:x' }],
    ['of AWS without a region', found('crm', { type: 'AWS_SECRET_MANAGER' }), null],
    [
      'of Azure',
      found('crm', { type: 'AZURE_KEY_VAULT', keyVaultName: 'kv' }),
      { provider: 'azure', path: 'https://kv.vault.azure.net/secrets/crm' },
    ],
    ['of Google', found('crm', { type: 'GOOGLE_SECRET_MANAGER', project: 'lake' }), { provider: 'gcp', path: 'projects/lake/secrets/crm' }],
    ['of what is no vault', found('crm', { type: 'CONSTRUCTOR' }), null],
    [
      'without a location, of the only grant',
      found('crm', null, [grant('vault', 'secret/data/sales/')]),
      { provider: 'vault', path: 'secret/data/sales/crm' },
    ],
    [
      'without a location, of a folder',
      found('crm', null, [grant('file', '/run/secrets')]),
      { provider: 'file', path: '/run/secrets/crm' },
    ],
    ['without a location or a grant, of the gateway', found('crm', null), { provider: 'account', path: 'crm' }],
    ['without a location, of none of several', found('crm', null, [grant('env', 'MCD_A'), grant('env', 'MCD_B')]), null],
  ])('is the secret %s', (_, is, expected) => {
    expect(is).toEqual(expected);
  });
});
