import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startFakeAws } from '../../support/fakes/aws/fake-aws.ts';
import { arnOfKey, encryptedBy, fakeKms } from '../../support/fakes/aws/fake-kms.ts';
import { arnOfSecret, type FakeAwsSecret, fakeSecretsManager, SECRET_ROOT } from '../../support/fakes/aws/fake-secrets-manager.ts';
import { arnOf, REGION, userOf } from '../../support/fakes/aws/test-account.ts';
import { createAccount, fakeSecretManager, PROJECT, startFakeGoogle } from '../../support/fakes/fake-google.ts';
import { startFakeKeyVault } from '../../support/fakes/fake-key-vault.ts';
import { startFakeVault } from '../../support/fakes/fake-vault.ts';
import { COMMIT, startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { ACQUIRE, codeOf } from '../../support/protocol/protocol.ts';
import { type Doorman, GRANT, STAGE_NEW, startDoorman, UPDATE_REFERENCE } from '../../support/protocol/references.ts';
import { writeLogin } from '../../support/secrets/manager-bench.ts';

const TEST_NEW =
  'mutation ($d: SelfHostedCredentialsConnectionDetails!) { testSelfHostedCredentialsV2(connectionDetails: $d, validationName: "validate_connection") { validationResult { success errors { code friendlyMessage } } } }';
/** As the real command line sends it for `add-self-hosted-credentials`. */
const TEST_V1 =
  'mutation testSelfHostedCredentials($connectionType:String, $selfHostingMechanism:String, $selfHostingKey:String, $assumableRole:String, $externalId:String, $region:String, $connectionOptions:ConnectionTestOptions) { testSelfHostedCredentials(connectionType:$connectionType, selfHostingMechanism:$selfHostingMechanism, selfHostingKey:$selfHostingKey, assumableRole:$assumableRole, externalId:$externalId, region:$region, connectionOptions:$connectionOptions) { key } }';
const STAGE = 'mutation ($r: SecretReferenceInput) { stageConnection(connectionType: "postgres", details: "{}", reference: $r) { key } }';
const ADD = 'mutation ($k: String!, $n: String!) { addConnection(connectionType: "webhook", key: $k, name: $n) { connection { uuid } } }';
const TEST_CURRENT =
  'query ($id: UUID!) { testExistingConnectionV2(connectionId: $id, validationName: "validate_connection") { success errors { code } } }';
const REFERENCES = 'query ($id: UUID!) { connection(id: $id) { versions { version label reference } } }';
const STAGE_MANAGED =
  'mutation ($id: UUID!, $c: JSONString!) { updateCredentials(connectionId: $id, changes: $c, shouldReplace: true) { version } }';

const KEY = { accessKeyId: 'AKIAREADER', secretAccessKey: 'secret/of+reader' };
const KMS_KEYS = [
  { id: '00000000-0000-4000-8000-000000000001', alias: 'sales' },
  { id: '00000000-0000-4000-8000-000000000002', alias: 'hr' },
] as const;
const [SALES_KEY, HR_KEY] = KMS_KEYS;
const ROLE = arnOf('role', 'reader');
/** Of the role's trust policy: what the gateway says that the project's is. */
let externalId = 'nobody-knows-yet';
const secrets = new Map<string, FakeAwsSecret>();
const googleSecrets = new Map<string, readonly (string | null)[]>();
const reader = createAccount('reader', ['secretmanager.versions.access']);
const [aws, google, keyVault, vault] = await Promise.all([
  startFakeAws({
    users: [{ ...userOf('reader', ['secretsmanager:GetSecretValue', 'kms:Decrypt', 'sts:AssumeRole']), ...KEY }],
    roles: [
      {
        arn: ROLE,
        trusts: [arnOf('user', 'teams/data/reader')],
        get externalId() {
          return externalId;
        },
        allow: ['secretsmanager:GetSecretValue', 'kms:Decrypt'],
      },
    ],
    region: REGION,
    services: { secretsmanager: fakeSecretsManager(secrets, { isBusy: false }), kms: fakeKms(KMS_KEYS) },
  }),
  startFakeGoogle([reader], [fakeSecretManager(googleSecrets)]),
  startFakeKeyVault(),
  startFakeVault(),
]);

let gateway: TestGateway;
let doorman: Doorman;
const content = (pass = 'first') => ({
  url: doorman.url,
  signing_secret: 'a signing secret of the test',
  header_name: 'x-pass',
  header_value: pass,
});

beforeAll(async () => {
  doorman = await startDoorman('first');
  const key = { AccessKeyId: KEY.accessKeyId, SecretAccessKey: KEY.secretAccessKey };
  gateway = await startGateway({
    settings: {
      CHANGEOVER_AWS_KEY_FILE: writeLogin('', JSON.stringify(key)).file,
      CHANGEOVER_AWS_ENDPOINTS: `secretsmanager=${aws.url},kms=${aws.url},sts=${aws.url}`,
      MCD_HOOK: encryptedBy(SALES_KEY, JSON.stringify({ connect_args: content() })),
      MCD_HR_HOOK: encryptedBy(HR_KEY, JSON.stringify(content())),
      MCD_ELSEWHERE: encryptedBy(SALES_KEY, JSON.stringify(content())),
      CHANGEOVER_GCP_KEY_FILE: writeLogin('', JSON.stringify(reader.file)).file,
      CHANGEOVER_GCP_SECRETS_URL: google.url,
      CHANGEOVER_GCP_TOKEN_URL: `${google.url}/token`,
      CHANGEOVER_AZURE_TENANT_ID: 'tests.example.com',
      CHANGEOVER_AZURE_CLIENT_ID: 'reader',
      CHANGEOVER_AZURE_CLIENT_SECRET_FILE: writeLogin('', 'a-client-secret').file,
      CHANGEOVER_AZURE_LOGIN_URL: keyVault.url,
      CHANGEOVER_VAULT_URL: vault.url,
      CHANGEOVER_VAULT_NAMESPACE: 'teams/data',
      CHANGEOVER_VAULT_ROLE_ID: 'a-role-id',
      CHANGEOVER_VAULT_SECRET_ID_FILE: writeLogin('', 'a-secret-id').file,
    },
  });
  const grants = { aws: SECRET_ROOT, gcp: `projects/${PROJECT}/secrets/`, azure: `${keyVault.url}/secrets/`, vault: 'secret/data/' };
  for (const [provider, prefix] of Object.entries(grants)) await gateway.graphql(GRANT, { provider, prefix });
  await gateway.graphql(GRANT, { provider: 'aws', prefix: `${REGION}/` });
  await gateway.graphql(GRANT, { provider: 'env', prefix: 'MCD_H' });
});
afterAll(async () => {
  for (const one of [aws, google, keyVault, vault, doorman]) one.close();
  await gateway.close();
});
beforeEach(() => {
  doorman.admits = 'first';
  secrets.set('hook', { versions: [JSON.stringify({ connect_args: content() })] });
  googleSecrets.set('secrets/hook', [JSON.stringify(content())]);
  keyVault.secrets.set('hook', { versions: [JSON.stringify(content())] });
  vault.second.set('hook', [content()]);
});

const MANAGERS: readonly [string, () => object][] = [
  ['AWS Secrets Manager by ARN', () => ({ selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: arnOfSecret('hook') })],
  ['AWS Secrets Manager by name', () => ({ selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: 'hook', awsRegion: REGION })],
  [
    'a variable that a key in KMS decrypts',
    () => ({
      selfHostedCredentialsType: 'ENV_VAR',
      decryptionServiceType: 'KMS',
      envVarName: 'MCD_HOOK',
      kmsKeyId: 'alias/sales',
      awsRegion: REGION,
    }),
  ],
  [
    'Google Secret Manager',
    () => ({ selfHostedCredentialsType: 'GCP_SECRET_MANAGER', gcpSecret: `projects/${PROJECT}/secrets/hook/versions/latest` }),
  ],
  ['Azure Key Vault', () => ({ selfHostedCredentialsType: 'AZURE_KEY_VAULT', akvVaultUrl: `${keyVault.url}/`, akvSecret: 'hook' })],
  ['HashiCorp Vault', () => ({ selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'secret/data/hook' })],
];
const detailsOf = (given: object) => ({ connectionType: 'webhook', ...given });
const add = async (given: object) => {
  const staged = await gateway.graphql(STAGE_NEW, { d: detailsOf(given) });
  const added = await gateway.graphql(ADD, { k: staged.data.testSelfHostedCredentialsV2.key, n: `hosted ${Math.random()}` });
  return added.data.addConnection.connection.uuid as string;
};
const leased = async (id: string) =>
  (await gateway.graphql(ACQUIRE, { id }, await gateway.token('job'))).data.acquireLease.credentials.headerValue as string;
const labels = async (id: string) =>
  (await gateway.graphql(REFERENCES, { id })).data.connection.versions.map(
    ({ label, reference }: { label: string; reference: { provider: string } | null }) => `${label} ${reference?.provider ?? 'sealed'}`,
  );

describe.each(MANAGERS)('what stays in %s', (_, given) => {
  test('is tested, added, proven and leased', async () => {
    const tested = await gateway.graphql(TEST_NEW, { d: detailsOf(given()) });
    const id = await add(given());
    expect({ tested: tested.data.testSelfHostedCredentialsV2.validationResult, leased: await leased(id) }).toEqual({
      tested: { success: true, errors: [] },
      leased: 'first',
    });
  });

  test('takes the place of what is sealed here, and gives it back, with the same connection', async () => {
    const id = await add({ selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'secret/data/hook' });
    const sealed = codeOf(await gateway.graphql(STAGE_MANAGED, { id, c: JSON.stringify(content()) }));
    const { data } = await gateway.graphql(UPDATE_REFERENCE, { id, c: given() });
    const referred = codeOf(await gateway.graphql(COMMIT, { id, key: data.updateSelfHostedCredentialsV2.result.key }));
    const whileReferred = await labels(id);
    const again = codeOf(await gateway.graphql(STAGE_MANAGED, { id, c: JSON.stringify(content()) }));
    expect({ sealed, referred, again, first: whileReferred[0], last: (await labels(id))[0], leased: await leased(id) }).toEqual({
      sealed: 'ok',
      referred: 'ok',
      again: 'ok',
      first: expect.stringMatching(/^CURRENT (aws|env|gcp|azure|vault)$/),
      last: 'CURRENT sealed',
      leased: 'first',
    });
  });
});

test('a secret that was changed at its manager is read again when the login that was kept is refused', async () => {
  const id = await add({ selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'secret/data/hook' });
  doorman.admits = 'second';
  vault.second.set('hook', [content(), content('second')]);
  const kept = await leased(id);
  const { data } = await gateway.graphql(TEST_CURRENT, { id });
  expect({ kept, tested: data.testExistingConnectionV2, leased: await leased(id) }).toEqual({
    kept: 'first',
    tested: { success: true, errors: [] },
    leased: 'second',
  });
});

test('the grants and references of the guide are taken', async () => {
  const guide = readFileSync(fileURLToPath(new URL('../../../docs/guide/secret-references.md', import.meta.url)), 'utf8');
  const [, managers = ''] = guide.split('\n## Managers\n');
  const outcomes = [];
  for (const [, provider, prefix] of managers.matchAll(/secret grant --provider (\w+) --prefix (\S+)/g))
    outcomes.push(`${provider} ${codeOf(await gateway.graphql(GRANT, { provider, prefix }))}`);
  for (const [, provider, path] of managers.matchAll(/--reference (\w+):(\S+)/g))
    outcomes.push(`${provider} ${codeOf(await gateway.graphql(STAGE, { r: { provider, path } }))}`);
  expect(outcomes).toEqual([
    ...['aws ok', 'env ok', 'gcp ok', 'azure ok', 'vault ok'],
    ...['aws ok', 'env ok', 'gcp ok', 'azure ok', 'vault ok'],
  ]);
});

describe('a role that reads the secret', () => {
  const details = () => ({
    connectionType: 'webhook',
    selfHostedCredentialsType: 'AWS_SECRETS_MANAGER',
    awsSecret: arnOfSecret('hook'),
    assumableRole: ROLE,
  });
  const grant = (name: 'grantAwsRole' | 'revokeAwsRole') =>
    gateway.graphql(`mutation ($r: String!) { ${name}(roleArn: $r) { __typename } }`, { r: ROLE });

  test('is assumed with the external id of the project, where the operator granted it, and no longer when that has ended', async () => {
    const stage = async (given = {}) => await gateway.graphql(STAGE_NEW, { d: { ...details(), ...given } });
    const before = codeOf(await stage());
    await grant('grantAwsRole');
    externalId = (await gateway.graphql('{ awsRoles { externalId } }')).data.awsRoles.externalId;
    const { data } = await stage({ externalId });
    const added = await gateway.graphql(ADD, { k: data.testSelfHostedCredentialsV2.key, n: 'by a role' });
    const id = added.data.addConnection.connection.uuid;
    const assumed = aws.asked.includes('sts:AssumeRole');
    const job = await gateway.token('job');
    const leased = codeOf(await gateway.graphql(ACQUIRE, { id }, job));
    const [{ reference }] = (await gateway.graphql(REFERENCES, { id })).data.connection.versions;
    await grant('revokeAwsRole');
    const after = codeOf(await gateway.graphql(ACQUIRE, { id }, job));
    expect({ before, assumed, leased, reference, after }).toEqual({
      before: 'FORBIDDEN',
      assumed: true,
      leased: 'ok',
      reference: expect.objectContaining({ path: `${arnOfSecret('hook')}?role=${ROLE}` }),
      after: 'FORBIDDEN',
    });
  });

  test('is kept when another secret is named, and the external id may be left out', async () => {
    await grant('grantAwsRole');
    const staged = await gateway.graphql(STAGE_NEW, { d: details() });
    const added = await gateway.graphql(ADD, { k: staged.data.testSelfHostedCredentialsV2.key, n: 'by a role that stays' });
    const id = added.data.addConnection.connection.uuid;
    secrets.set('hook-2', { versions: [JSON.stringify(content())] });
    const updated = await gateway.graphql(UPDATE_REFERENCE, { id, c: { awsSecret: arnOfSecret('hook-2') } });
    await gateway.graphql(COMMIT, { id, key: updated.data?.updateSelfHostedCredentialsV2?.result.key });
    const { versions } = (await gateway.graphql(REFERENCES, { id })).data.connection;
    expect(versions[0].reference).toMatchObject({ path: `${arnOfSecret('hook-2')}?role=${ROLE}` });
  });
});

describe('a key in KMS that decrypts a variable', () => {
  const pathOf = async (id: string, changes: object, replace = false) => {
    const { data, errors } = await gateway.graphql(UPDATE_REFERENCE, { id, c: changes, replace });
    const key = data?.updateSelfHostedCredentialsV2?.result.key;
    if (key === undefined) return errors?.[0]?.extensions.path;
    const committed = codeOf(await gateway.graphql(COMMIT, { id, key }));
    return committed === 'ok' ? (await gateway.graphql(REFERENCES, { id })).data.connection.versions[0].reference.path : committed;
  };
  const oneShot = 'mutation ($id: UUID!, $c: JSONString!) { updateCredentials(connectionId: $id, changes: $c) { version } }';
  const encrypted = (key: (typeof KMS_KEYS)[number], envVarName = 'MCD_HOOK') => ({
    selfHostedCredentialsType: 'ENV_VAR',
    decryptionServiceType: 'KMS',
    envVarName,
    kmsKeyId: arnOfKey(key),
  });

  test('is kept where the update leaves it out, given alone, and left behind with replace', async () => {
    const id = await add(encrypted(SALES_KEY));
    expect({
      other: await pathOf(id, { envVarName: 'MCD_HR_HOOK', kmsKeyId: arnOfKey(HR_KEY) }),
      wrongKey: await pathOf(id, { kmsKeyId: 'alias/sales', awsRegion: REGION }),
      byAlias: await pathOf(id, { kmsKeyId: 'alias/hr', awsRegion: REGION }),
      aliasKept: await pathOf(id, { awsRegion: REGION }),
      noRegion: await pathOf(id, { ...encrypted(SALES_KEY), kmsKeyId: 'alias/sales' }, true),
      plain: await pathOf(id, { selfHostedCredentialsType: 'ENV_VAR', envVarName: 'MCD_HOOK' }, true),
    }).toEqual({
      other: `MCD_HR_HOOK?kms=${arnOfKey(HR_KEY)}`,
      wrongKey: 'VALIDATION_FAILED',
      byAlias: `MCD_HR_HOOK?kms=${REGION}/alias/hr`,
      aliasKept: `MCD_HR_HOOK?kms=${REGION}/alias/hr`,
      noRegion: 'awsRegion',
      // Undecrypted it is no credentials of a webhook.
      plain: 'VALIDATION_FAILED',
    });
  });

  test('is given in the words of a one-shot update, too, and a value that is no text is refused by name', async () => {
    const id = await add({ selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'secret/data/hook' });
    const change = (c: object) => gateway.graphql(oneShot, { id, c: JSON.stringify(c) });
    const wrong = await change({ env_var_name: 5 });
    const noKey = await change({ env_var_name: 'MCD_HOOK', decryption_service_type: 'KMS' });
    const other = await change({ env_var_name: 'MCD_HOOK', decryption_service_type: 'GPG', kms_key_id: arnOfKey(SALES_KEY) });
    const done = codeOf(await change({ env_var_name: 'MCD_HOOK', kms_key_id: 'alias/sales', aws_region: REGION }));
    const path = (answer: Awaited<ReturnType<typeof change>>) => answer.errors?.[0]?.extensions.path;
    expect({ wrong: path(wrong), noKey: path(noKey), other: path(other), done, leased: await leased(id) }).toEqual({
      wrong: 'env_var_name',
      noKey: 'kmsKeyId',
      other: 'decryptionServiceType',
      done: 'ok',
      leased: 'first',
    });
  });

  test('may be used by a role, where the operator granted it', async () => {
    const grant = (name: 'grantAwsRole' | 'revokeAwsRole') =>
      gateway.graphql(`mutation ($r: String!) { ${name}(roleArn: $r) { __typename } }`, { r: ROLE });
    await grant('grantAwsRole');
    externalId = (await gateway.graphql('{ awsRoles { externalId } }')).data.awsRoles.externalId;
    aws.asked.length = 0;
    const id = await add({ ...encrypted(SALES_KEY), assumableRole: ROLE, externalId });
    const job = await gateway.token('job');
    const before = codeOf(await gateway.graphql(ACQUIRE, { id }, job));
    const asked = [...aws.asked];
    await grant('revokeAwsRole');
    const after = codeOf(await gateway.graphql(ACQUIRE, { id }, job));
    expect({ before, asked, after }).toEqual({ before: 'ok', asked: ['sts:AssumeRole', 'kms:Decrypt'], after: 'FORBIDDEN' });
  });

  test('that KMS will not use is told by what to do, in words that say which', async () => {
    const tested = await gateway.graphql(TEST_NEW, { d: detailsOf(encrypted(HR_KEY)) });
    expect(tested.data.testSelfHostedCredentialsV2.validationResult.errors).toEqual([
      {
        code: 'SECRET_INVALID',
        friendlyMessage: `The secret that env:MCD_HOOK?kms=${arnOfKey(HR_KEY)} names does not hold the credentials of this kind (it was encrypted with another key in KMS).`,
      },
    ]);
  });
});

describe('the first form of the lead API', () => {
  const stage = (given: object) =>
    gateway.graphql(TEST_V1, {
      connectionType: 'webhook',
      selfHostingMechanism: 'secretsmanager',
      selfHostingKey: arnOfSecret('hook'),
      ...given,
    });

  test('takes an ARN with its region, as the command line sends it, and gives a key', async () => {
    const { data } = await stage({ region: REGION });
    const added = await gateway.graphql(ADD, { k: data.testSelfHostedCredentials.key, n: 'of the first form' });
    expect(codeOf(added)).toBe('ok');
  });

  test.each<[string, object, string]>([
    ['another region than that of the ARN', { region: 'us-east-1' }, 'region'],
    ['a name without a region', { selfHostingKey: 'hook' }, 'region'],
    ['a role by its name', { region: REGION, assumableRole: 'reader' }, 'assumableRole'],
    ['an external id without a role', { region: REGION, externalId: 'x' }, 'externalId'],
    ['a role for another manager', { selfHostingMechanism: 'env_var', selfHostingKey: 'MCD_X', assumableRole: ROLE }, 'assumableRole'],
    ['a region for another manager', { selfHostingMechanism: 'env_var', selfHostingKey: 'MCD_X', region: REGION }, 'region'],
    ['no ARN of a secret', { selfHostingKey: 'arn:aws:s3:::sales' }, 'selfHostingKey'],
  ])('refuses %s by name', async (_, given, path) => {
    const { errors } = await stage(given);
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path }).toEqual({ code: 'BAD_REQUEST', path });
  });
});

const VARIABLE = { selfHostedCredentialsType: 'ENV_VAR', envVarName: 'MCD_HOOK' };

test.each<[string, object, string, string]>([
  ['a name without a region', { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: 'hook' }, 'BAD_REQUEST', 'awsRegion'],
  ['a region alone', { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsRegion: REGION }, 'BAD_REQUEST', 'awsSecret'],
  ['a part of an ARN', { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: `${SECRET_ROOT}hook` }, 'BAD_REQUEST', 'awsSecret'],
  [
    'an ARN that is not granted',
    { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: arnOfSecret('hook').replace('123456789012', '000000000000') },
    'FORBIDDEN',
    'awsSecret',
  ],
  [
    'a role by its name',
    { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: arnOfSecret('hook'), assumableRole: 'reader' },
    'BAD_REQUEST',
    'assumableRole',
  ],
  [
    'a role that is not granted',
    { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: arnOfSecret('hook'), assumableRole: `${ROLE}-of-another` },
    'FORBIDDEN',
    'assumableRole',
  ],
  [
    "another project's external id",
    { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: arnOfSecret('hook'), assumableRole: ROLE, externalId: 'changeover-x' },
    'BAD_REQUEST',
    'externalId',
  ],
  [
    'a key of KMS',
    { selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: arnOfSecret('hook'), kmsKeyId: 'alias/sales' },
    'BAD_REQUEST',
    'kmsKeyId',
  ],
  ['KMS without its key', { ...VARIABLE, decryptionServiceType: 'KMS' }, 'BAD_REQUEST', 'kmsKeyId'],
  ['a key of KMS without a region', { ...VARIABLE, kmsKeyId: 'alias/sales' }, 'BAD_REQUEST', 'awsRegion'],
  ['a region for no key', { ...VARIABLE, awsRegion: REGION }, 'BAD_REQUEST', 'awsRegion'],
  ['a role for no key', { ...VARIABLE, assumableRole: ROLE }, 'BAD_REQUEST', 'assumableRole'],
  [
    "another region than that of the key's ARN",
    { ...VARIABLE, kmsKeyId: arnOfKey(SALES_KEY), awsRegion: 'us-east-1' },
    'BAD_REQUEST',
    'awsRegion',
  ],
  ['no name of a key', { ...VARIABLE, kmsKeyId: 'a key', awsRegion: REGION }, 'BAD_REQUEST', 'kmsKeyId'],
  ['an ARN of something else', { ...VARIABLE, kmsKeyId: 'arn:aws:s3:::sales' }, 'BAD_REQUEST', 'kmsKeyId'],
  [
    'an encrypted variable that is not granted',
    { ...VARIABLE, envVarName: 'MCD_ELSEWHERE', kmsKeyId: arnOfKey(SALES_KEY) },
    'FORBIDDEN',
    'envVarName',
  ],
  [
    'a role for the key that is not granted',
    { ...VARIABLE, kmsKeyId: arnOfKey(SALES_KEY), assumableRole: `${ROLE}-of-another` },
    'FORBIDDEN',
    'assumableRole',
  ],
  [
    "a key with another project's external id",
    { ...VARIABLE, kmsKeyId: arnOfKey(SALES_KEY), assumableRole: ROLE, externalId: 'changeover-x' },
    'BAD_REQUEST',
    'externalId',
  ],
  [
    'a key of KMS for a file',
    { selfHostedCredentialsType: 'FILE', filePath: '/run/secrets/x', kmsKeyId: arnOfKey(SALES_KEY) },
    'BAD_REQUEST',
    'kmsKeyId',
  ],
  [
    'the number of a project',
    { selfHostedCredentialsType: 'GCP_SECRET_MANAGER', gcpSecret: 'projects/123456789012/secrets/hook' },
    'BAD_REQUEST',
    'gcpSecret',
  ],
  ['a secret without its vault', { selfHostedCredentialsType: 'AZURE_KEY_VAULT', akvSecret: 'hook' }, 'BAD_REQUEST', 'akvVaultName'],
  ['a vault without a secret', { selfHostedCredentialsType: 'AZURE_KEY_VAULT', akvVaultName: 'sales' }, 'BAD_REQUEST', 'akvSecret'],
  [
    'two vaults',
    { selfHostedCredentialsType: 'AZURE_KEY_VAULT', akvSecret: 'hook', akvVaultName: 'sales', akvVaultUrl: 'https://hr.vault.azure.net' },
    'BAD_REQUEST',
    'akvVaultUrl',
  ],
  [
    'a vault that is not granted',
    { selfHostedCredentialsType: 'AZURE_KEY_VAULT', akvSecret: 'hook', akvVaultName: 'elsewhere' },
    'FORBIDDEN',
    'akvSecret',
  ],
  [
    'a path of Vault’s own',
    { selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'auth/token/lookup-self' },
    'BAD_REQUEST',
    'vaultPath',
  ],
  ['a path that is not granted', { selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'kv/hook' }, 'FORBIDDEN', 'vaultPath'],
])('%s is refused by field', async (_, given, code, path) => {
  const { errors } = await gateway.graphql(STAGE_NEW, { d: detailsOf(given) });
  expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path }).toEqual({ code, path });
});

test('a part of a name may be changed alone', async () => {
  const pathOf = async (id: string, changes: object) => {
    const { data } = await gateway.graphql(UPDATE_REFERENCE, { id, c: changes });
    await gateway.graphql(COMMIT, { id, key: data.updateSelfHostedCredentialsV2.result.key });
    return (await gateway.graphql(REFERENCES, { id })).data.connection.versions[0].reference.path;
  };
  secrets.set('other', { versions: [JSON.stringify(content())] });
  keyVault.secrets.set('other', { versions: [JSON.stringify(content())] });
  const byName = await add({ selfHostedCredentialsType: 'AWS_SECRETS_MANAGER', awsSecret: 'hook', awsRegion: REGION });
  const inVault = await add({ selfHostedCredentialsType: 'AZURE_KEY_VAULT', akvVaultUrl: keyVault.url, akvSecret: 'hook' });
  expect({ aws: await pathOf(byName, { awsSecret: 'other' }), azure: await pathOf(inVault, { akvSecret: 'other' }) }).toEqual({
    aws: `${REGION}/other`,
    azure: `${keyVault.url}/secrets/other`,
  });
});

test('a manager that does not let the gateway in is told by what to do, and who asks for the secret anew is told that it is gone', async () => {
  const job = await gateway.token('job');
  const id = await add({ selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'secret/data/hook' });
  const { data } = await gateway.graphql(ACQUIRE, { id }, job);
  vault.second.delete('hook');
  const read = (fresh: boolean) =>
    gateway.graphql(
      `mutation ($key: String!) { readLease(leaseKey: $key, fresh: ${fresh}) { lease { id } } }`,
      { key: data.acquireLease.key },
      job,
    );
  const denied = { selfHostedCredentialsType: 'HASHICORP_VAULT', vaultPath: 'secret/data/denied/x' };
  const tested = await gateway.graphql(TEST_NEW, { d: detailsOf(denied) });
  expect({
    denied: tested.data.testSelfHostedCredentialsV2.validationResult.errors,
    kept: codeOf(await read(false)),
    gone: await read(true).then(({ status, text }) => [status, text.includes('SECRET_MISSING') || text.includes('does not exist')]),
  }).toEqual({
    denied: [
      {
        code: 'SECRET_DENIED',
        friendlyMessage: 'The secret that vault:secret/data/denied/x names cannot be read: the manager does not let the gateway.',
      },
    ],
    kept: 'ok',
    gone: [503, true],
  });
});
