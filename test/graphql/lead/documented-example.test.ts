import { generateKeyPairSync } from 'node:crypto';
import { afterAll, expect, test } from 'vitest';
import { ACCOUNT, startFakeSnowflake } from '../../support/fakes/fake-snowflake.ts';
import { startGateway } from '../../support/gateway/gateway.ts';
import { ACQUIRE } from '../../support/protocol/protocol.ts';

const PASSPHRASE = 'the passphrase of the key';
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE },
});
const privateKey = Buffer.from(pair.privateKey).toString('base64');

const fake = await startFakeSnowflake(
  [
    { name: 'LOADER', password: 'winter-2025-loader', publicKey: pair.publicKey, roles: ['LOAD'] },
    { name: 'LOADER_2026', password: 'sprung-2026-loader', roles: ['LOAD'] },
  ],
  [['JOBS', 'STARTED', true]],
  [{ id: 'client', secret: 'client-secret', user: 'LOADER' }],
);
fake.run('GRANT USAGE ON WAREHOUSE JOBS TO ROLE LOAD;');
fake.run('GRANT USAGE ON DATABASE SALES TO ROLE LOAD;');
const gateway = await startGateway();
afterAll(async () => {
  await gateway.close();
  fake.close();
});

const place = { account: ACCOUNT, url: fake.url, warehouse: 'JOBS' };

/** Adds a connection by the older test mutation, whose arguments are the details themselves. */
async function addSnowflake(name: string, login: string): Promise<string> {
  const tested = await gateway.graphql(
    `mutation { testSnowflakeCredentials(account: "${ACCOUNT}", url: "${fake.url}", warehouse: "JOBS", ${login}) { key success validations { type message } warnings { type } } }`,
  );
  const { data } = await gateway.graphql(
    'mutation ($k: String!, $n: String!) { addConnection(connectionType: "snowflake", createWarehouseType: "snowflake", key: $k, name: $n) { connection { uuid } } }',
    { k: tested.data.testSnowflakeCredentials.key, n: name },
  );
  return data.addConnection.connection.uuid;
}

/** What a job gets, and what anybody may read. */
async function credentialsOf(id: string) {
  const { data: leased } = await gateway.graphql(ACQUIRE, { id }, await gateway.token('job'));
  const { data: read } = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { settings } }', { id });
  return { leased: leased.acquireLease.credentials, settings: read.connection.settings };
}

test.each([
  ['a password', 'user: "loader", password: "winter-2025-loader"'],
  ['a key', `user: "loader", privateKey: "${privateKey}", privateKeyPassphrase: "${PASSPHRASE}"`],
])("the documentation's own example of updating an integration runs as it is printed on a connection with %s", async (name, login) => {
  const id = await addSnowflake(name, login);
  const { data: listed } = await gateway.graphql('query { getPlatformServices { connections { name uuid connectionType } } }');
  const { data: staged } = await gateway.graphql(
    `mutation { updateSnowflakeCredentialsV2(changes: {user: "loader_2026", password: "sprung-2026-loader"}, connectionId: "${id}") { result { key success } } }`,
  );
  const { key, success } = staged.updateSnowflakeCredentialsV2.result;
  const { data: tested } = await gateway.graphql(
    `mutation { testUpdatedCredentialsV2(connectionType: "snowflake", tempCredentialsKey: "${key}", validationName: "validate_connection") { validationResult { success validationName description errors { cause stackTrace friendlyMessage resolution } warnings { cause stackTrace friendlyMessage resolution } } } }`,
  );
  const { data: saved } = await gateway.graphql(
    `mutation { updateCredentialsV2(connectionId: "${id}", tempCredentialsKey: "${key}") { success updatedAt } }`,
  );
  expect({
    connection: listed.getPlatformServices[0].connections.find(({ uuid }: { readonly uuid: string }) => uuid === id),
    credentials: await credentialsOf(id),
    success,
    validationResult: tested.testUpdatedCredentialsV2.validationResult,
    saved: saved.updateCredentialsV2,
  }).toEqual({
    connection: { name, uuid: id, connectionType: 'SNOWFLAKE' },
    credentials: {
      leased: { ...place, user: 'loader_2026', password: 'sprung-2026-loader' },
      settings: { ...place, user: 'loader_2026' },
    },
    success: true,
    validationResult: { success: true, validationName: 'validate_connection', description: expect.any(String), errors: [], warnings: [] },
    saved: { success: true, updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) },
  });
});

test('the older test says what failed, and keeps nothing', async () => {
  const { data } = await gateway.graphql(
    `mutation { testSnowflakeCredentials(account: "${ACCOUNT}", url: "${fake.url}", user: "loader", password: "wrong") { key success validations { type message data { error } } } }`,
  );
  const { data: changes } = await gateway.graphql('query { changes(state: OPEN) { edges { node { id } } } }');
  expect({
    key: data.testSnowflakeCredentials.key,
    success: data.testSnowflakeCredentials.success,
    validation: data.testSnowflakeCredentials.validations[0],
    changes: changes.changes.edges,
  }).toEqual({
    key: null,
    success: false,
    validation: {
      type: 'validate_connection',
      message: 'validate_connection failed: Snowflake refused the user and password.',
      data: { error: 'the login failed (390100)' },
    },
    changes: [],
  });
});

test('another way to log in replaces the one in use, of which nothing is left, and a moved token endpoint needs its secrets again (#57)', async () => {
  const id = await addSnowflake('Other', 'user: "loader", password: "winter-2025-loader"');
  const stage = async (changes: string) => {
    const { data, errors } = await gateway.graphql(
      `mutation { updateSnowflakeCredentialsV2(changes: ${changes}, connectionId: "${id}") { result { key } } }`,
    );
    return (
      errors?.map(({ extensions }) => ({ code: extensions.code, path: extensions.path })) ?? data.updateSnowflakeCredentialsV2.result.key
    );
  };
  const client = `clientId: "client", clientSecret: "client-secret", grantType: client_credentials, accessTokenEndpoint: "${fake.url}/oauth/token"`;
  const both = await stage(`{oauth: {${client}}, password: "winter-2025-loader"}`);
  const key = await stage(`{oauth: {${client}}}`);
  const { data: open } = await gateway.graphql(
    'query ($id: UUID!) { changes(connectionId: $id, state: OPEN) { edges { node { changedFields } } } }',
    { id },
  );
  const { data } = await gateway.graphql(
    `mutation { updateCredentialsV2(connectionId: "${id}", tempCredentialsKey: "${key}") { success version } }`,
  );
  const { leased, settings } = await credentialsOf(id);
  expect({
    both,
    changedFields: open.changes.edges[0].node.changedFields,
    saved: data.updateCredentialsV2,
    leased: Object.keys(leased).sort(),
    settings: Object.keys(settings).sort(),
    elsewhere: await stage('{url: "https://elsewhere.example"}'),
    another: await stage('{account: "another"}'),
  }).toEqual({
    both: [{ code: 'BAD_REQUEST', path: 'password' }],
    changedFields: ['password', 'oauth'],
    saved: { success: true, version: 2 },
    leased: ['account', 'oauth', 'url', 'user', 'warehouse'],
    settings: ['account', 'oauth', 'url', 'user', 'warehouse'],
    elsewhere: [{ code: 'SECRET_REENTRY_REQUIRED', path: 'oauth.clientSecret' }],
    another: [{ code: 'SECRET_REENTRY_REQUIRED', path: 'oauth.clientSecret' }],
  });
});

test('a one-shot update replaces the way to log in as well', async () => {
  const id = await addSnowflake('One shot', `user: "loader", privateKey: "${privateKey}", privateKeyPassphrase: "${PASSPHRASE}"`);
  const { data } = await gateway.graphql(
    'mutation ($id: UUID!, $c: JSONString!) { updateCredentials(connectionId: $id, changes: $c) { success version } }',
    { id, c: JSON.stringify({ password: 'winter-2025-loader' }) },
  );
  expect({ saved: data.updateCredentials, ...(await credentialsOf(id)) }).toEqual({
    saved: { success: true, version: 2 },
    leased: { ...place, user: 'loader', password: 'winter-2025-loader' },
    settings: { ...place, user: 'loader' },
  });
});
