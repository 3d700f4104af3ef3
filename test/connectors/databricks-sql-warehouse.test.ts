import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeDatabricks, WAREHOUSE } from '../support/fakes/fake-databricks.ts';
import { startJsonServer } from '../support/fakes/json-server.ts';

const LOADER = '6f1c1c9a-0000-4000-8000-000000000001';
const LOADER_2026 = '6f1c1c9a-0000-4000-8000-000000000002';
const AZURE = '6f1c1c9a-0000-4000-8000-000000000003';
const BLIND = '6f1c1c9a-0000-4000-8000-000000000004';
const TENANT = 'contoso.onmicrosoft.com';

const fake = await startFakeDatabricks(
  [
    { name: 'ada@example.com', token: 'dapi-a-token-of-the-test' },
    { name: 'admin@example.com', token: 'dapi-an-administrator', groups: ['admins'] },
    { name: 'outsider@example.com', token: 'dapi-an-outsider', mayUse: false },
    { name: LOADER, secret: 'dose-first', groups: ['loaders'] },
    { name: LOADER_2026, secret: 'dose-second', isOwner: true },
    { name: AZURE, secret: 'entra-secret', tenant: TENANT },
    { name: BLIND, secret: 'dose-blind' },
  ],
  [
    ['main', 'sales', 'orders'],
    ['main', 'sales', 'lines`; --'],
    ['main', 'hr', 'people'],
  ],
);
afterAll(() => fake.close());
for (const statement of [
  'GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG `main` TO `ada@example.com`;',
  `GRANT USE CATALOG ON CATALOG \`main\` TO \`${LOADER}\`;`,
  'GRANT USE SCHEMA, SELECT ON SCHEMA `main`.`sales` TO `loaders`;',
  `GRANT MODIFY ON TABLE \`main\`.\`sales\`.\`lines\`\`; --\` TO \`${LOADER}\`;`,
  `GRANT ALL PRIVILEGES ON SCHEMA \`main\`.\`hr\` TO \`${LOADER_2026}\`;`,
  `GRANT SELECT ON TABLE \`main\`.\`hr\`.\`people\` TO \`${LOADER}\`;`,
  `GRANT BROWSE ON CATALOG \`main\` TO \`${BLIND}\`;`,
])
  fake.run(statement);

const place = { workspaceUrl: fake.url, warehouseId: WAREHOUSE };
const details = { ...place, token: 'dapi-a-token-of-the-test' };

describeConnector('databricks-sql-warehouse', {
  good: () => details,
  at: (host, port) => ({ ...details, workspaceUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, token: canary }),
});

describe('databricks-sql-warehouse', () => {
  const pool = createTestPool();
  afterAll(() => pool.close());
  afterEach(() => {
    Object.assign(fake.warehouse, { state: 'RUNNING', hasUnityCatalog: true, isBusyWithTables: false });
  });
  const run = (validator: string, changed: object, current: object | null = null) =>
    runValidator(pool, 'databricks-sql-warehouse', validator, { ...place, ...changed }, current as Record<string, unknown> | null);
  const codes = async (validator: string, changed: object) => {
    const { errors, warnings } = await run(validator, changed);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('a service principal logs in with OAuth, of the workspace or of Entra, and a wrong secret of either is CREDENTIALS_REJECTED', async () => {
    const azure = {
      clientId: AZURE,
      clientSecret: 'entra-secret',
      azureTenantId: TENANT,
      azureWorkspaceResourceId: '/subscriptions/1',
      azureLoginUrl: fake.url,
    };
    expect({
      right: await codes('validate_connection', { clientId: LOADER, clientSecret: 'dose-first' }),
      wrong: await codes('validate_connection', { clientId: LOADER, clientSecret: 'dose-second' }),
      azure: await codes('validate_connection', azure),
      azureWrong: await codes('validate_connection', { ...azure, clientSecret: 'another' }),
    }).toEqual({ right: [], wrong: ['CREDENTIALS_REJECTED'], azure: [], azureWrong: ['CREDENTIALS_REJECTED'] });
  });

  test('whoever is refused is told what to look at: the secret and the assignment of a service principal, or the token', async () => {
    const advice = async (changed: object) => (await run('validate_connection', changed)).errors[0]?.resolution;
    expect({
      principal: await advice({ clientId: LOADER, clientSecret: 'dose-second' }),
      token: await advice({ token: 'dapi-nobody' }),
    }).toEqual({ principal: expect.stringMatching(/Secrets tab.*assigned to this workspace/), token: expect.stringMatching(/new token/) });
  });

  test('a missing warehouse, one that may not be used, and one that is stopped are told apart', async () => {
    const absent = await codes('validate_connection', { ...details, warehouseId: 'nothing' });
    const refused = await codes('validate_connection', { token: 'dapi-an-outsider' });
    fake.warehouse.state = 'STOPPED';
    expect({
      absent,
      refused,
      connection: await codes('validate_connection', details),
      unnamed: await codes('validate_warehouse', details),
    }).toEqual({ absent: ['DATABASE_NOT_FOUND'], refused: ['PERMISSION_MISSING'], connection: [], unnamed: ['SKIPPED'] });
  });

  test("the identity is the login's own, and an administrator is warned of", async () => {
    const own = await run('validate_identity', { clientId: LOADER, clientSecret: 'dose-first' });
    expect({ own: own.data?.returnedData, administrator: await codes('validate_identity', { token: 'dapi-an-administrator' }) }).toEqual({
      own: { name: LOADER, groups: ['loaders'] },
      administrator: ['NOT_PROTECTED'],
    });
  });

  test('a login that sees tables and may read none of them fails, and what it is told to run mends it', async () => {
    const login = { clientId: BLIND, clientSecret: 'dose-blind' };
    const before = await run('validate_permissions', login);
    fake.run(/GRANT SELECT .+?;(?= and check)/.exec(before.errors[0]?.resolution ?? '')?.[0] ?? '');
    const after = await run('validate_permissions', login);
    expect({ before: before.status, errors: before.errors.map(({ code }) => code), after: after.status }).toEqual({
      before: 'failed',
      errors: ['PERMISSION_MISSING', 'PERMISSION_MISSING'],
      after: 'warning',
    });
  });

  test('tables that the warehouse had no time for are said to be unchecked, and prove nothing', async () => {
    fake.warehouse.isBusyWithTables = true;
    const { status, warnings, data } = await run('validate_permissions', details);
    expect({ status, warnings: warnings.map(({ code }) => code), tables: data?.tablesValidated }).toEqual({
      status: 'warning',
      warnings: ['SKIPPED'],
      tables: [],
    });
  });

  test('what the login in use was granted and the new one was not is listed with grants that mend it, hostile names included (#90)', async () => {
    const candidate = { clientId: LOADER_2026, clientSecret: 'dose-second' };
    const before = await run('validate_permission_parity', candidate, { clientId: LOADER });
    const grants = before.errors.map(({ resolution }) => resolution.replace('Run: ', ''));
    expect(grants).toEqual([
      `GRANT USE CATALOG ON CATALOG \`main\` TO \`${LOADER_2026}\`;`,
      `GRANT SELECT ON SCHEMA \`main\`.\`sales\` TO \`${LOADER_2026}\`;`,
      `GRANT USE SCHEMA ON SCHEMA \`main\`.\`sales\` TO \`${LOADER_2026}\`;`,
      `GRANT MODIFY ON TABLE \`main\`.\`sales\`.\`lines\`\`; --\` TO \`${LOADER_2026}\`;`,
    ]);
    for (const grant of grants) fake.run(grant);
    const after = await run('validate_permission_parity', candidate, { clientId: LOADER });
    expect({ before: before.status, after: after.status }).toEqual({ before: 'failed', after: 'passed' });
  });

  test('a workspace without Unity Catalog says that grants were not checked', async () => {
    fake.warehouse.hasUnityCatalog = false;
    const candidate = { clientId: LOADER_2026, clientSecret: 'dose-second' };
    const parity = await run('validate_permission_parity', candidate, { clientId: LOADER });
    expect({
      permissions: await codes('validate_permissions', details),
      errors: parity.errors,
      warnings: parity.warnings.map(({ code }) => code),
    }).toEqual({ permissions: ['SKIPPED'], errors: [], warnings: ['SKIPPED'] });
  });

  test('a login that may not see the grants of the one in use says so, and does not pass for equal', async () => {
    const outcome = await run('validate_permission_parity', { clientId: BLIND, clientSecret: 'dose-blind' }, { clientId: LOADER });
    expect({ status: outcome.status, warnings: outcome.warnings.map(({ code }) => code) }).toEqual({
      status: 'warning',
      warnings: ['SKIPPED'],
    });
  });

  test.each([
    ['says yes to everything', {}],
    ['is about another warehouse', { id: 'another', state: 'RUNNING', userName: 'ada@example.com' }],
    ['is about nobody', { id: WAREHOUSE, state: 'RUNNING' }],
    ['is misshapen', { id: WAREHOUSE, userName: 'ada@example.com', groups: [null, 5] }],
  ])('an answer that %s proves nothing, and is PROTOCOL_ERROR', async (_, body) => {
    const other = await startJsonServer(() => ({ status: 200, body }));
    const found = await codes('validate_connection', { ...details, workspaceUrl: other.url });
    other.close();
    expect(found).toEqual(['PROTOCOL_ERROR']);
  });

  test.each([
    ['no state', {}],
    [
      'columns that are none',
      { status: { state: 'SUCCEEDED' }, manifest: { schema: { columns: [null] } }, result: { data_array: [null] } },
    ],
    ['rows that are none', { status: { state: 'SUCCEEDED' }, manifest: { schema: { columns: 5 } }, result: { data_array: 5 } }],
  ])('the result of a statement with %s is PROTOCOL_ERROR', async (_, result) => {
    const me = { id: WAREHOUSE, state: 'RUNNING', userName: 'ada@example.com' };
    const other = await startJsonServer(({ method }) => ({ status: 200, body: method === 'POST' ? result : me }));
    const found = await codes('validate_warehouse', { ...details, workspaceUrl: other.url });
    other.close();
    expect(found).toEqual(['PROTOCOL_ERROR']);
  });

  test.each(['', 'two\r\nlines', '\ud800'])('a token that no header can carry is PROTOCOL_ERROR (%j)', async (token) => {
    const other = await startJsonServer(() => ({ status: 200, body: { access_token: token } }));
    const found = await codes('validate_connection', { workspaceUrl: other.url, clientId: LOADER, clientSecret: 'dose-first' });
    other.close();
    expect(found).toEqual(['PROTOCOL_ERROR']);
  });

  test.each([
    ['neither way to log in', {}, 'databricksToken'],
    ['both ways to log in', { token: 't', clientId: 'c', clientSecret: 's' }, 'databricksToken'],
    ['half of a pair', { clientId: 'c' }, 'databricksClientId'],
    ['half of the Azure pair', { clientId: 'c', clientSecret: 's', azureTenantId: 't' }, 'azureTenantId'],
    ['plain http to another machine', { token: 't', workspaceUrl: 'http://workspace.example' }, 'databricksWorkspaceUrl'],
  ])('%s is BAD_REQUEST naming the field', (_, changed, path) => {
    const connector = catalogue.find('databricks-sql-warehouse');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, { ...place, ...changed })).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', details: expect.objectContaining({ path }) }),
    );
  });
});
