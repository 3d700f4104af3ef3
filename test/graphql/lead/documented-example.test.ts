import { afterAll, expect, test } from 'vitest';
import { ACCOUNT, startFakeSnowflake } from '../../support/fakes/fake-snowflake.ts';
import { startGateway } from '../../support/gateway/gateway.ts';

const fake = await startFakeSnowflake(
  [
    { name: 'LOADER', password: 'winter-2025-loader', roles: ['LOAD'] },
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

test("the documentation's own example of updating an integration runs as it is printed", async () => {
  const id = await addSnowflake('Warehouse', 'user: "loader", password: "winter-2025-loader"');
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
    connections: listed.getPlatformServices[0].connections,
    success,
    validationResult: tested.testUpdatedCredentialsV2.validationResult,
    saved: saved.updateCredentialsV2,
  }).toEqual({
    connections: [{ name: 'Warehouse', uuid: id, connectionType: 'SNOWFLAKE' }],
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

test('the way to log in is changed by clearing the old one, and a moved token endpoint needs its secrets again (#57)', async () => {
  const id = await addSnowflake('Other', 'user: "loader", password: "winter-2025-loader"');
  const stage = async (changes: string) => {
    const { data, errors } = await gateway.graphql(
      `mutation { updateSnowflakeCredentialsV2(changes: ${changes}, connectionId: "${id}") { result { key } } }`,
    );
    return errors?.map(({ extensions }) => [extensions.code, extensions.path]) ?? data.updateSnowflakeCredentialsV2.result.key;
  };
  const client = `clientId: "client", clientSecret: "client-secret", grantType: client_credentials, accessTokenEndpoint: "${fake.url}/oauth/token"`;
  const both = await stage(`{oauth: {${client}}}`);
  const key = await stage(`{oauth: {${client}}, password: null}`);
  const { data } = await gateway.graphql(
    `mutation { updateCredentialsV2(connectionId: "${id}", tempCredentialsKey: "${key}") { success version } }`,
  );
  expect({
    both,
    saved: data.updateCredentialsV2,
    elsewhere: await stage('{url: "https://elsewhere.example"}'),
    another: await stage('{account: "another"}'),
  }).toEqual({
    both: [['BAD_REQUEST', 'password']],
    saved: { success: true, version: 2 },
    elsewhere: [['SECRET_REENTRY_REQUIRED', 'oauth.clientSecret']],
    another: [['SECRET_REENTRY_REQUIRED', 'oauth.clientSecret']],
  });
});
