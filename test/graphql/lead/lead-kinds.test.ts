import { afterAll, expect, test } from 'vitest';
import { startFakeDatabricks, WAREHOUSE } from '../../support/fakes/fake-databricks.ts';
import { startGateway } from '../../support/gateway/gateway.ts';

const fake = await startFakeDatabricks(
  [
    { name: 'ada@example.com', token: 'dapi-first' },
    { name: 'ada@example.com', token: 'dapi-second' },
  ],
  [['main', 'sales', 'orders']],
);
fake.run('GRANT SELECT ON CATALOG `main` TO `ada@example.com`;');
const gateway = await startGateway();
afterAll(async () => {
  await gateway.close();
  fake.close();
});

const config = (databricksToken: string) => ({ databricksWorkspaceUrl: fake.url, databricksWarehouseId: WAREHOUSE, databricksToken });
const TEST_V1 =
  'mutation ($c: DatabricksSqlWarehouseInput!) { testDatabricksSqlWarehouseCredentials(databricksConfig: $c) { key success } }';
const TEST_V2 = `mutation ($c: DatabricksSqlWarehouseInput!, $id: UUID, $v: String!) {
  testDatabricksSqlWarehouseCredentialsV2(connectionDetails: $c, connectionId: $id, validationName: $v) { key validationResult { success errors { code } } }
}`;

test('the older test of a kind gives a key when every validation passed, and none when one failed', async () => {
  const wrong = await gateway.graphql(TEST_V1, { c: config('dapi-wrong') });
  const right = await gateway.graphql(TEST_V1, { c: config('dapi-first') });
  expect({ wrong: wrong.data, right: right.data }).toEqual({
    wrong: { testDatabricksSqlWarehouseCredentials: { key: null, success: false } },
    right: { testDatabricksSqlWarehouseCredentials: { key: expect.stringMatching(/^chg_tmp_/), success: true } },
  });
});

test('a connection is added by that key, tested with other details laid over its own, and changed', async () => {
  const { data: tested } = await gateway.graphql(TEST_V1, { c: config('dapi-first') });
  const { data: added } = await gateway.graphql(
    `mutation ($k: String!) { addDatabricksConnection(key: $k, connectionType: "databricks-sql-warehouse", name: "Lake", jobLimits: "{}") { connection { uuid type } } }`,
    { k: tested.testDatabricksSqlWarehouseCredentials.key },
  );
  const { uuid, type } = added.addDatabricksConnection.connection;
  const overlaid = await gateway.graphql(TEST_V2, { c: config('dapi-wrong'), id: uuid, v: 'validate_connection' });
  const staged = await gateway.graphql(TEST_V2, { c: config('dapi-second'), id: uuid, v: 'save_credentials' });
  const { data: saved } = await gateway.graphql(
    'mutation ($k: String!, $id: UUID!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $k) { success version } }',
    { k: staged.data.testDatabricksSqlWarehouseCredentialsV2.key, id: uuid },
  );
  expect({
    type,
    validationResult: overlaid.data.testDatabricksSqlWarehouseCredentialsV2.validationResult,
    saved: saved.updateCredentialsV2,
  }).toEqual({
    type: 'DATABRICKS_SQL_WAREHOUSE',
    validationResult: { success: false, errors: [{ code: 'CREDENTIALS_REJECTED' }] },
    saved: { success: true, version: 2 },
  });
});

test('details laid over a connection at another address need its secrets again (N6)', async () => {
  const { data: tested } = await gateway.graphql(TEST_V1, { c: config('dapi-first') });
  const { data: added } = await gateway.graphql(
    `mutation ($k: String!) { addConnection(key: $k, connectionType: "databricks-sql-warehouse", name: "Lake 2") { connection { uuid } } }`,
    { k: tested.testDatabricksSqlWarehouseCredentials.key },
  );
  const { errors } = await gateway.graphql(TEST_V2, {
    c: { databricksWorkspaceUrl: 'https://elsewhere.example', databricksWarehouseId: WAREHOUSE },
    id: added.addConnection.connection.uuid,
    v: 'validate_connection',
  });
  expect(errors?.map(({ extensions }) => [extensions.code, extensions.path])).toEqual([['SECRET_REENTRY_REQUIRED', 'databricksToken']]);
});

test('a validator that is run on details that do not fit says so as a failed result, and storing them is an error', async () => {
  const run = async (c: object, v: string, id: string | null = null) => {
    const { data, errors } = await gateway.graphql(
      `mutation ($c: DatabricksSqlWarehouseInput!, $id: UUID, $v: String!) { testDatabricksSqlWarehouseCredentialsV2(connectionDetails: $c, connectionId: $id, validationName: $v) {
        key validationResult { success validationName errors { code cause friendlyMessage resolution stackTrace } warnings { code } } } }`,
      { c, id, v },
    );
    return data?.testDatabricksSqlWarehouseCredentialsV2 ?? { code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path };
  };
  const both = { ...config('dapi-first'), databricksClientId: 'a client' };
  const { data: tested } = await gateway.graphql(TEST_V1, { c: config('dapi-first') });
  const { data: added } = await gateway.graphql(
    'mutation ($k: String!) { addDatabricksConnection(key: $k, connectionType: "databricks-sql-warehouse", name: "Unfit", jobLimits: "{}") { connection { uuid } } }',
    { k: tested.testDatabricksSqlWarehouseCredentials.key },
  );
  const { uuid } = added.addDatabricksConnection.connection;
  const member = await gateway.graphql(
    `mutation { testTransactionalDbCredentials(connectionDetails: { dbType: "postgres", host: "127.0.0.1", dbName: "x", user: "u", password: "p", domain: "login" }, validationName: "validate_connection") {
      validationResult { success errors { code cause } } } }`,
  );
  const problem = (path: string, cause: string) => ({
    key: null,
    validationResult: {
      success: false,
      validationName: 'validate_permissions',
      errors: [
        {
          code: 'DETAILS_INVALID',
          cause,
          friendlyMessage: `The details do not fit, so nothing was dialled: ${path}.`,
          resolution: `Mend ${path}, then run this one again.`,
          stackTrace: null,
        },
      ],
      warnings: [],
    },
  });
  expect({
    first: (await run({ ...both, databricksWorkspaceUrl: 'ftp://x' }, 'validate_permissions')).validationResult.errors[0].cause,
    both: (await run(both, 'validate_permissions')).validationResult.success,
    url: await run({ ...config('dapi-first'), databricksWarehouseId: 'a b' }, 'validate_permissions'),
    laidOver: await run({ ...config('dapi-first'), databricksWarehouseId: 'a b' }, 'validate_permissions', uuid),
    member: member.data.testTransactionalDbCredentials.validationResult,
    stored: await run(both, 'save_credentials'),
    noSuchValidator: await run(both, 'validate_moon'),
  }).toEqual({
    first: expect.stringMatching(/^databricksWorkspaceUrl: must be /),
    both: false,
    url: problem('databricksWarehouseId', 'databricksWarehouseId: must be the id of a SQL warehouse'),
    laidOver: problem('databricksWarehouseId', 'databricksWarehouseId: must be the id of a SQL warehouse'),
    member: {
      success: false,
      errors: [
        { code: 'DETAILS_INVALID', cause: expect.stringMatching(/^connectionDetails\.domain: the kind "postgres" has no such field/) },
      ],
    },
    stored: { code: 'BAD_REQUEST', path: 'databricksToken' },
    noSuchValidator: { code: 'BAD_REQUEST', path: 'validationName' },
  });
});
