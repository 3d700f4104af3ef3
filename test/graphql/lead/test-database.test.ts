import { afterAll, expect, test } from 'vitest';
import { COMMIT, startGateway } from '../../support/gateway/gateway.ts';
import { startPostgres } from '../../support/servers/embedded-postgres.ts';

const server = await startPostgres();
const gateway = await startGateway();
afterAll(async () => {
  await gateway.close();
  await server.close();
});
await server.createDatabase('target');
await server.query("create role loader login password 'first-password'; create role loader2 login password 'second-password'");
await server.query('create table public.plain (id int); grant select on public.plain to loader, loader2', 'target');

const TEST = `mutation ($t: String, $d: String, $p: Int, $w: String, $ssl: SslInputOptions) {
  testDatabaseCredentials(connectionType: $t, dbType: $d, host: "127.0.0.1", port: $p, dbName: "target", user: "loader", password: $w, assumableRole: null, sslOptions: $ssl) {
    key success validations { type message } warnings { type data { error } }
  }
}`;
const run = async (variables: object) => await gateway.graphql(TEST, { p: server.port, w: 'first-password', ...variables });

test.each([
  [{ t: 'redshift' }, 'redshift'],
  [{ t: 'redshift', d: 'redshift' }, 'redshift'],
  [{ t: 'transactional-db', d: 'postgres' }, 'postgres'],
  [{ d: 'POSTGRES' }, 'postgres'],
])('the older test of databases takes %o, and its key adds a connection of kind %s', async (given, kind) => {
  const { data } = await run(given);
  const { key, success } = data.testDatabaseCredentials;
  const added = await gateway.graphql(
    'mutation ($k: String!, $t: String!, $n: String!) { addConnection(connectionType: $t, key: $k, name: $n, createWarehouseType: $t) { connection { kind type } } }',
    { k: key, t: kind, n: JSON.stringify(given) },
  );
  expect({ success, kind: added.data.addConnection.connection.kind }).toEqual({ success: true, kind });
});

test('the older form of the TLS options may say that TLS is disabled, which its clients do', async () => {
  const { data } = await run({ t: 'redshift', ssl: { disabled: true } });
  expect(data.testDatabaseCredentials).toMatchObject({
    success: true,
    warnings: expect.arrayContaining([{ type: 'validate_connection', data: { error: 'no TLS' } }]),
  });
});

test('a wrong password gives no key, and says what failed', async () => {
  const { data } = await run({ t: 'redshift', w: 'wrong' });
  expect(data.testDatabaseCredentials).toMatchObject({
    key: null,
    success: false,
    warnings: expect.arrayContaining([{ type: 'validate_connection', data: { error: 'password authentication failed (28P01)' } }]),
  });
});

test('certificates by their location, and no kind at all, are refused by name', async () => {
  const answers = [
    await run({ t: 'redshift', ssl: { ca: 's3://bucket/ca', mechanism: 'dc-s3' } }),
    await run({ t: 'redshift', ssl: { ca: 'file' } }),
    await run({}),
  ];
  expect(answers.map(({ errors }) => errors?.map(({ extensions }) => [extensions.code, extensions.path]))).toEqual([
    [['BAD_REQUEST', 'sslOptions.mechanism']],
    [['BAD_REQUEST', 'sslOptions.caData']],
    [['BAD_REQUEST', 'connectionType']],
  ]);
});

test('the credentials of Redshift are changed in the form of the lead API', async () => {
  const { data: tested } = await run({ t: 'redshift' });
  const { data: added } = await gateway.graphql(
    'mutation ($k: String!) { addConnection(connectionType: "redshift", key: $k, name: "Lake", createWarehouseType: "redshift") { connection { uuid type subtype } } }',
    { k: tested.testDatabaseCredentials.key },
  );
  const { uuid: id, ...reported } = added.addConnection.connection;
  const { data: staged } = await gateway.graphql(
    'mutation ($c: RedshiftUpdateConnectionDetails!, $id: UUID!) { updateRedshiftCredentialsV2(changes: $c, connectionId: $id) { result { success key } } }',
    { c: { user: 'loader2', password: 'second-password', sslOptions: {} }, id },
  );
  const { data: saved } = await gateway.graphql(COMMIT, { key: staged.updateRedshiftCredentialsV2.result.key, id });
  expect({ reported, saved: saved.updateCredentialsV2 }).toMatchObject({
    reported: { type: 'REDSHIFT', subtype: null },
    saved: { success: true, version: 2 },
  });
});
