import { afterAll, expect, test } from 'vitest';
import { startGateway } from '../../support/gateway/gateway.ts';
import { startPostgres } from '../../support/servers/embedded-postgres.ts';

const server = await startPostgres();
const gateway = await startGateway();
afterAll(async () => {
  await gateway.close();
  await server.close();
});
await server.createDatabase('target');
await server.query("create role loader login password 'first-password'");

const details = { host: '127.0.0.1', port: server.port, dbName: 'target', user: 'loader', password: 'first-password' };
const kerberos = { authType: 'kerberos', realm: 'EXAMPLE.COM', kdc: 'kdc.example.com', principal: 'loader', keytabBase64: 'BQIAAA==' };
const CAUSE = /^connectionDetails\.authType: no driver of this gateway speaks Kerberos/;

const check = async (connectionDetails: object, validationName: string) =>
  await gateway.graphql(
    `mutation ($c: TransactionalDbConnectionDetails!, $v: String!) {
      testTransactionalDbCredentials(connectionDetails: $c, validationName: $v) { key validationResult { success errors { code cause } } } }`,
    { c: connectionDetails, v: validationName },
  );
const refusal = ({ errors }: Awaited<ReturnType<typeof check>>) => errors?.map(({ extensions }) => [extensions.code, extensions.path]);

test.each(['postgres', 'sql-server', 'mysql', 'starburst-enterprise'])(
  'a login by Kerberos is a failed result for %s that says no driver speaks it, and nothing to be saved',
  async (dbType) => {
    const given = { dbType, ...details, ...kerberos };
    const { data } = await check(given, 'validate_connection');
    expect({ checked: data.testTransactionalDbCredentials, saved: refusal(await check(given, 'save_credentials')) }).toEqual({
      checked: {
        key: null,
        validationResult: { success: false, errors: [{ code: 'DRIVER_NOT_INSTALLED', cause: expect.stringMatching(CAUSE) }] },
      },
      saved: [['DRIVER_NOT_INSTALLED', 'connectionDetails.authType']],
    });
  },
);

test('any other way to log in that the kind does not have is a field that it does not have', async () => {
  const { data } = await check({ dbType: 'postgres', ...details, authType: 'ldap' }, 'validate_connection');
  const codes = data.testTransactionalDbCredentials.validationResult.errors.map(({ code }: { readonly code: string }) => code);
  expect({ codes, saved: refusal(await check({ dbType: 'postgres', ...details, realm: 'EXAMPLE.COM' }, 'save_credentials')) }).toEqual({
    codes: ['DETAILS_INVALID'],
    saved: [['UNKNOWN_OPTION', 'connectionDetails.realm']],
  });
});

test('a connection is not changed to a login by Kerberos, in either form of the update', async () => {
  const { data: staged } = await check({ dbType: 'postgres', ...details }, 'save_credentials');
  const { data: added } = await gateway.graphql(
    'mutation ($k: String!) { addConnection(connectionType: "transactional-db", key: $k, name: "Shop", createWarehouseType: "transactional-db") { connection { uuid } } }',
    { k: staged.testTransactionalDbCredentials.key },
  );
  const id = added.addConnection.connection.uuid;
  const typed = await gateway.graphql(
    'mutation ($c: TransactionalDbUpdateConnectionDetails!, $id: UUID!) { updateTransactionalDbCredentialsV2(changes: $c, connectionId: $id) { result { key } } }',
    { c: kerberos, id },
  );
  const inText = await gateway.graphql(
    'mutation ($c: JSONString!, $id: UUID!) { updateCredentials(changes: $c, connectionId: $id) { success } }',
    { c: JSON.stringify({ auth_type: 'KERBEROS' }), id },
  );
  expect({ typed: refusal(typed), inText: refusal(inText) }).toEqual({
    typed: [['DRIVER_NOT_INSTALLED', 'changes.authType']],
    inText: [['DRIVER_NOT_INSTALLED', 'changes.authType']],
  });
});
