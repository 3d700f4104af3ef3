import { afterAll, expect, test } from 'vitest';
import { startFakeDatabricks, WAREHOUSE } from '../../../support/fakes/fake-databricks.ts';
import { ACCOUNT, startFakeSnowflake } from '../../../support/fakes/fake-snowflake.ts';
import { COMMIT, startGateway } from '../../../support/gateway/gateway.ts';
import { addOfKind, lostIn, stageFields } from '../../../support/protocol/parity.ts';
import { startPostgres } from '../../../support/servers/embedded-postgres.ts';

const LOADER = '6f1c1c9a-0000-4000-8000-000000000001';
const LOADER_2026 = '6f1c1c9a-0000-4000-8000-000000000002';

const redshift = await startPostgres();
await redshift.createDatabase('target');
await redshift.query("create role loader login password 'loader-password-1'; create role loader2 login password 'loader-password-2'");
await redshift.query('create table orders (id int); grant select, insert on orders to loader; grant select on orders to loader2', 'target');
const snowflake = await startFakeSnowflake(
  [
    { name: 'LOADER', password: 'winter-2025-loader', roles: ['LOAD'] },
    { name: 'LOADER_2026', password: 'sprung-2026-loader', roles: ['LOAD_2026'], isSecurityAdmin: true },
  ],
  [['JOBS', 'SUSPENDED', true]],
  [],
);
for (const role of ['LOAD', 'LOAD_2026']) {
  snowflake.run(`GRANT USAGE ON WAREHOUSE JOBS TO ROLE ${role};`);
  snowflake.run(`GRANT USAGE ON DATABASE SALES TO ROLE ${role};`);
}
snowflake.run('GRANT USAGE ON SCHEMA SALES.PUBLIC TO ROLE LOAD;');
const databricks = await startFakeDatabricks(
  [
    { name: LOADER, secret: 'dose-first' },
    { name: LOADER_2026, secret: 'dose-second', isOwner: true },
  ],
  [['main', 'sales', 'orders']],
);
databricks.run(`GRANT USE CATALOG ON CATALOG \`main\` TO \`${LOADER}\`;`);
const gateway = await startGateway();
afterAll(async () => {
  await gateway.close();
  await databricks.close();
  await snowflake.close();
  await redshift.close();
});

test.each([
  [
    'redshift',
    { host: '127.0.0.1', port: redshift.port, database: 'target', user: 'loader', password: 'loader-password-1' },
    { user: 'loader2', password: 'loader-password-2' },
    'GRANT INSERT ON TABLE "public".orders TO "loader2";',
  ],
  [
    'snowflake',
    { account: ACCOUNT, url: snowflake.url, user: 'loader', warehouse: 'jobs', password: 'winter-2025-loader' },
    { user: 'loader_2026', password: 'sprung-2026-loader' },
    'GRANT USAGE ON SCHEMA SALES.PUBLIC TO ROLE "LOAD_2026";',
  ],
  [
    'databricks-sql-warehouse',
    { workspaceUrl: databricks.url, warehouseId: WAREHOUSE, clientId: LOADER, clientSecret: 'dose-first' },
    { clientId: LOADER_2026, clientSecret: 'dose-second' },
    `GRANT USE CATALOG ON CATALOG \`main\` TO \`${LOADER_2026}\`;`,
  ],
])('a login of %s that may do less is not saved without a word', async (kind, details, less, grant) => {
  const id = await addOfKind(gateway, kind, details, kind);
  const key = await stageFields(gateway, id, less);
  const refused = lostIn(await gateway.graphql(COMMIT, { id, key }));
  const accepted = await gateway.graphql(
    'mutation ($id: UUID!, $key: String!) { commitChange(connectionId: $id, tempCredentialsKey: $key, acceptPermissionLosses: true) { committedVersion } }',
    { id, key },
  );
  expect({ refused, accepted: accepted.data?.commitChange }).toEqual({
    refused: [expect.objectContaining({ mend: grant })],
    accepted: { committedVersion: 2 },
  });
});
