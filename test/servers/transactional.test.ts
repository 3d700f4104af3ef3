import { afterAll, expect, test } from 'vitest';
import { COMMIT, startGateway } from '../support/gateway/gateway.ts';
import { lostIn } from '../support/protocol/parity.ts';
import { startMariadb } from '../support/servers/mariadb.ts';

const server = await startMariadb({ tls: false });
const gateway = await startGateway();
afterAll(async () => {
  await gateway.close();
  await server.close();
});
await server.query(
  'create database target',
  'create table target.plain (id int)',
  "create user loader@'%' identified by 'loader-password-1'",
  'grant select, insert on target.* to loader',
  "create user loader2@'%' identified by 'loader-password-2'",
  'grant select on target.* to loader2',
);

const TEST =
  'mutation ($d: TransactionalDbConnectionDetails!, $v: String!) { testTransactionalDbCredentials(connectionDetails: $d, validationName: $v) { key validationResult { success errors { friendlyMessage resolution } } } }';
const ADD =
  'mutation ($t: String!, $k: String!, $n: String!) { addConnection(connectionType: $t, key: $k, name: $n, createWarehouseType: $t) { connection { uuid type subtype } } }';
const UPDATE =
  'mutation ($c: TransactionalDbUpdateConnectionDetails!, $id: UUID!) { updateTransactionalDbCredentialsV2(changes: $c, connectionId: $id) { result { success key } } }';
const VALIDATE =
  'mutation ($t: String!, $k: String!, $v: String!) { testUpdatedCredentialsV2(connectionType: $t, tempCredentialsKey: $k, validationName: $v) { validationResult { success errors { friendlyMessage resolution } } } }';

async function validations(type: string): Promise<readonly string[]> {
  const { data } = await gateway.graphql(
    'query ($t: String!) { getSupportedValidationsV2(connectionType: $t) { supportedValidations { name } } }',
    {
      t: type,
    },
  );
  return data.getSupportedValidationsV2.supportedValidations.map(({ name }: { readonly name: string }) => name);
}

test.each([
  ['mysql', 'mysql', { type: 'MYSQL', subtype: 'MYSQL' }],
  ['mariadb', 'transactional-db', { type: 'TRANSACTIONAL_DB', subtype: 'MARIADB' }],
])(
  '%s is added, reports its type, and its credentials are changed, as the command line of the lead API does it',
  async (dbType, type, reported) => {
    const details = { dbType, host: '127.0.0.1', port: server.port, dbName: 'target', user: 'loader', password: 'loader-password-1' };
    const tests = [];
    for (const v of await validations(type))
      tests.push((await gateway.graphql(TEST, { d: details, v })).data.testTransactionalDbCredentials);
    const saved = await gateway.graphql(TEST, { d: details, v: 'save_credentials' });
    const added = await gateway.graphql(ADD, { t: type, k: saved.data.testTransactionalDbCredentials.key, n: `the ${dbType}` });
    const { uuid, ...shown } = added.data.addConnection.connection;
    const staged = await gateway.graphql(UPDATE, { c: { user: 'loader2', password: 'loader-password-2' }, id: uuid });
    const { key } = staged.data.updateTransactionalDbCredentialsV2.result;
    const parity = await gateway.graphql(VALIDATE, { t: type, k: key, v: 'validate_permission_parity' });
    const refused = await gateway.graphql(COMMIT, { key, id: uuid });
    await server.query("grant insert on target.* to loader2@'%'");
    const committed = await gateway.graphql(COMMIT, { key, id: uuid });
    await server.query("revoke insert on target.* from loader2@'%'");
    expect({
      tests: tests.map(({ key: temporary, validationResult }) => [temporary, validationResult.success]),
      shown,
      parity: parity.data.testUpdatedCredentialsV2.validationResult,
      refused: lostIn(refused),
      committed: committed.data.updateCredentialsV2.version,
    }).toEqual({
      tests: [
        [null, true],
        [null, true],
        [null, true],
        [null, true],
      ],
      shown: reported,
      parity: {
        success: false,
        errors: [
          {
            friendlyMessage: 'The login in use may do this, and the new one may not: INSERT ON `target`.*.',
            resolution: 'Run: GRANT INSERT ON `target`.* TO `loader2`@`%`;',
          },
        ],
      },
      refused: [{ permission: 'INSERT ON `target`.*', mend: 'GRANT INSERT ON `target`.* TO `loader2`@`%`;' }],
      committed: 2,
    });
  },
);
