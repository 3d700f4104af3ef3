import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createConnection } from '../../../src/operations/connections/create-connection.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { C, LEDGER, lerianClient, told } from '../../support/gateway/lerian-client.ts';
import { startPostgres } from '../../support/servers/embedded-postgres.ts';

const server = await startPostgres();
await server.createDatabase('ledger');
await server.query("create role reader login password 'reader-password-1'");
await server.query(
  `create table accounts (id int, balance int); create schema core; create table core.lines (id int);
   grant select on accounts to reader; grant usage on schema core to reader; grant select on core.lines to reader`,
  'ledger',
);

let gateway: TestGateway;
let client: ReturnType<typeof lerianClient>;
let id: string;
const login = { port: server.port, password: 'reader-password-1' };

beforeAll(async () => {
  gateway = await startGateway();
  client = lerianClient(gateway);
  id = (await client.create({ configName: 'ledger', ...login })).body.id;
  await client.create({ configName: 'core', schema: 'core', ...login });
  await client.create({ configName: 'down', port: 1 });
});
afterAll(async () => {
  await gateway.close();
  await server.close();
});

describe('a data source', () => {
  test('says what tables its login sees', async () => {
    const { status, body } = await client.send(`GET ${C}/${id}/schema`);
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        id,
        configName: 'ledger',
        databaseName: 'ledger',
        type: 'POSTGRESQL',
        tables: [
          { name: 'accounts', fields: ['id', 'balance'] },
          { name: 'core.lines', fields: ['id'] },
        ],
      },
    });
  });

  test('that is down can not say it, and fails its test with a number for a code', async () => {
    const down = (await client.send(`GET ${C}?host=127.0.0.1&sortOrder=desc&limit=1`)).body.items[0].id;
    const schema = await client.send(`GET ${C}/${down}/schema`);
    const tested = await client.send(`POST ${C}/${down}/test`);
    expect({ schema: [schema.status, schema.body.code], tested: [tested.status, tested.body.code, tested.body.message] }).toEqual({
      schema: [400, 'FET-1040'],
      tested: [500, 500, 'The connection test failed: refused: nothing answers on that port.'],
    });
  });

  test('is tested ten times in a minute, and then told to wait, with a number for a code', async () => {
    const answers = [];
    for (let run = 1; run <= 11; run += 1) answers.push(await client.send(`POST ${C}/${id}/test`));
    const last = answers.at(-1);
    expect({
      first: answers[0]?.body,
      statuses: new Set(answers.slice(0, 10).map(({ status }) => status)),
      last: [last?.status, last?.body.code],
    }).toEqual({
      first: { status: 'success', message: 'The connection works.', latencyMs: expect.any(Number) },
      statuses: new Set([200]),
      last: [429, 429],
    });
  });

  test('is held against a mapping, with each fault by its name', async () => {
    const check = (mappedFields: unknown) => client.send(`POST ${C}/validate-schema`, { mappedFields });
    const good = await check({ ledger: { ACCOUNTS: ['ID'], 'core.lines': ['id'] }, core: { lines: ['id'] } });
    const bad = await check({
      ledger: { accounts: ['id', 'owner'], nothing: ['id'] },
      core: { accounts: ['id'] },
      nobody: { accounts: ['id'] },
      down: { accounts: ['id'] },
    });
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`s${index}`, {}]));
    expect({
      good: good.status,
      bad: [bad.status, bad.body.code, bad.body.errors],
      many: (await check(many)).body.code,
      unknown: (await check({ nobody: { accounts: ['id'] } })).body.code,
      missing: (await client.send(`POST ${C}/validate-schema`, {})).body.code,
    }).toEqual({
      good: 200,
      bad: [
        422,
        'FET-1060',
        [
          { type: 'FIELD_NOT_FOUND', dataSourceId: 'ledger', table: 'accounts', field: 'owner' },
          { type: 'TABLE_NOT_FOUND', dataSourceId: 'ledger', table: 'nothing' },
          { type: 'TABLE_NOT_FOUND', dataSourceId: 'core', table: 'accounts' },
          { type: 'DATA_SOURCE_NOT_FOUND', dataSourceId: 'nobody' },
          { type: 'DATA_SOURCE_DOWN', dataSourceId: 'down' },
        ],
      ],
      many: 'FET-1061',
      unknown: 'FET-1062',
      missing: 'FET-0402',
    });
  });
});

test('one on a site of workers, of which none is connected, is down as one that does not answer is', async () => {
  const far = await startGateway();
  const { services, projectId } = far.app;
  const siteId = services.newId();
  await services.store.write(async (tx) => {
    const now = await tx.now();
    await tx.sites.insert({ id: siteId, projectId, name: 'away', deployment: 'workers', createdAt: now, updatedAt: now });
  });
  const { connectionId } = await createConnection(services, localActor(projectId, 'test', { id: 'test', ip: null, client: {} }), {
    kind: 'postgres',
    details: { host: LEDGER.host, port: LEDGER.port, database: 'ledger', user: 'reader', password: LEDGER.password },
    integration: { name: 'far' },
    siteId,
    isActive: false,
  });
  const { send } = lerianClient(far);
  const checked = await send(`POST ${C}/validate-schema`, { mappedFields: { far: { accounts: ['id'] }, nobody: { accounts: ['id'] } } });
  const schema = told(await send(`GET ${C}/${connectionId}/schema`));
  const tested = await send(`POST ${C}/${connectionId}/test`);
  await far.close();
  expect({
    checked: { ...told(checked), errors: checked.body.errors },
    schema,
    tested: { ...told(tested), message: tested.body.message },
  }).toEqual({
    checked: {
      status: 422,
      code: 'FET-1060',
      errors: [
        { type: 'DATA_SOURCE_DOWN', dataSourceId: 'far' },
        { type: 'DATA_SOURCE_NOT_FOUND', dataSourceId: 'nobody' },
      ],
    },
    schema: { status: 400, code: 'FET-1040' },
    tested: {
      status: 500,
      code: 500,
      message: 'The connection test failed: unreachable: its site is one of workers, and none is connected.',
    },
  });
});
