import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

const WAREHOUSE =
  'connection { uuid name integrationType jobTypes jobLimits allowedDbtCloudEnvironments filterDbtCloudEvents warehouse { uuid name connectionType } biContainer { uuid name type } etlContainer { name type } }';
const ADD = `mutation ($t: String!, $k: String!, $w: String, $n: String, $d: UUID, $j: [String], $l: JSONString) { addConnection(connectionType: $t, key: $k, createWarehouseType: $w, name: $n, dwId: $d, jobTypes: $j, jobLimits: $l, isActive: false) { ${WAREHOUSE} } }`;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const POSTGRES = { host: 'db.example', dbName: 'sales', user: 'loader', password: 'a password of the test' };
const DETAILS: Readonly<Record<string, object>> = {
  postgres: POSTGRES,
  mysql: POSTGRES,
  snowflake: { account: 'ab12345', user: 'loader', password: 'a password of the test', warehouse: 'wh' },
  'databricks-metastore-sql-warehouse': {
    databricksWorkspaceUrl: 'https://dbc-1.cloud.databricks.com',
    databricksWarehouseId: 'w',
    databricksWorkspaceId: '1',
    databricksToken: 'dapi0123456789',
  },
  'databricks-sql-warehouse': {
    databricksWorkspaceUrl: 'https://dbc-1.cloud.databricks.com',
    databricksWarehouseId: 'w',
    databricksToken: 'dapi0123456789',
  },
  webhook: { url: 'https://hooks.example/x', signing_secret: 'a signing secret of the test' },
};

async function keyOf(kind: string): Promise<string> {
  const { data, text } = await gateway.graphql(
    'mutation ($t: String!, $d: JSONString!) { stageConnection(connectionType: $t, details: $d) { key } }',
    { t: kind, d: JSON.stringify(DETAILS[kind]) },
  );
  if (data?.stageConnection == null) throw new Error(text);
  return data.stageConnection.key;
}

/** What was added, or why it was not. */
async function send(query: string, kind: string, variables: object) {
  const { data, errors } = await gateway.graphql(query, { t: kind, k: await keyOf(kind), ...variables });
  const [error] = errors ?? [];
  if (error !== undefined) return { code: error.extensions.code, path: error.extensions.path };
  const [answer] = Object.values(data as Record<string, { readonly connection: Record<string, unknown> }>);
  return answer?.connection ?? {};
}
const add = (kind: string, variables: object = {}) => send(ADD, kind, variables);

describe('a new warehouse', () => {
  test.each([
    { kind: 'snowflake', asked: 'snowflake', is: 'SNOWFLAKE' },
    { kind: 'databricks-metastore-sql-warehouse', asked: 'data-lake', is: 'DATA_LAKE' },
    { kind: 'databricks-metastore-sql-warehouse', asked: null, is: 'DATA_LAKE' },
    { kind: 'postgres', asked: 'transactional-db', is: 'TRANSACTIONAL_DB' },
    { kind: 'postgres', asked: null, is: 'TRANSACTIONAL_DB' },
    { kind: 'mysql', asked: 'MYSQL', is: 'MYSQL' },
    { kind: 'mysql', asked: 'transactional_db', is: 'TRANSACTIONAL_DB' },
  ])('of a $kind, asked to be $asked, is $is', async ({ kind, asked, is }) => {
    const added = await add(kind, { w: asked });
    expect(added).toMatchObject({ integrationType: 'WAREHOUSE', warehouse: { connectionType: is } });
  });

  test.each([
    { kind: 'snowflake', asked: 'data-lake' },
    { kind: 'postgres', asked: 'mysql' },
    { kind: 'databricks-metastore-sql-warehouse', asked: 'snowflake' },
    { kind: 'webhook', asked: 'nonsense' },
  ])('of a $kind is not $asked', async ({ kind, asked }) => {
    expect(await add(kind, { w: asked })).toEqual({ code: 'BAD_REQUEST', path: 'createWarehouseType' });
  });

  test('of an ETL type is an ETL container', async () => {
    expect(await add('snowflake', { w: 'etl', n: 'tasks' })).toMatchObject({
      integrationType: 'ETL',
      warehouse: null,
      etlContainer: { name: 'tasks', type: 'SNOWFLAKE' },
    });
  });

  test('is named after its system where its maker names none, as often as that is done', async () => {
    const numbers = [];
    for (const w of ['snowflake', 'snowflake', 'snowflake']) {
      const { warehouse } = (await add('snowflake', { w })) as { readonly warehouse: { readonly name: string } };
      // The first of all has no number. Others of this file may come before these.
      const [, number = '1'] = /^snowflake ab12345(?: (\d+))?$/.exec(warehouse.name) ?? ['', warehouse.name];
      numbers.push(Number(number));
    }
    const [first = 0] = numbers;
    expect({ numbers, isCounted: first >= 1 }).toEqual({ numbers: [first, first + 1, first + 2], isCounted: true });
  });

  test('is refused under a name that is taken', async () => {
    await add('postgres', { n: 'taken' });
    expect(await add('postgres', { n: ' taken' })).toEqual({ code: 'NAME_TAKEN', path: 'name' });
  });
});

describe('a warehouse that exists', () => {
  test('takes a connection that fits, with its name and type said once more or not', async () => {
    const lake = await add('databricks-metastore-sql-warehouse', { n: 'lake' });
    const { uuid } = lake.warehouse as { uuid: string };
    const joined = await add('databricks-sql-warehouse', { d: uuid, n: 'lake', w: 'data-lake' });
    expect({
      joined: (joined.warehouse as { uuid: string }).uuid === uuid,
      otherName: await add('databricks-sql-warehouse', { d: uuid, n: 'another' }),
      otherType: await add('databricks-sql-warehouse', { d: uuid, w: 'snowflake' }),
      otherKind: await add('snowflake', { d: uuid }),
      webhook: ((await add('webhook', { d: uuid })).warehouse as { uuid: string }).uuid === uuid,
    }).toEqual({
      joined: true,
      otherName: { code: 'BAD_REQUEST', path: 'name' },
      otherType: { code: 'BAD_REQUEST', path: 'createWarehouseType' },
      otherKind: { code: 'BAD_REQUEST', path: 'connectionType' },
      webhook: true,
    });
  });
});

describe('what jobs are to do', () => {
  test('is kept and served', async () => {
    const limits = { catalog_name: 'hive', max_partition_locations: 50 };
    const added = await add('postgres', { j: ['metadata', 'QUERY_LOGS'], l: JSON.stringify(limits) });
    expect({ jobTypes: added.jobTypes, jobLimits: JSON.parse(String(added.jobLimits)) }).toEqual({
      jobTypes: ['metadata', 'query_logs'],
      jobLimits: limits,
    });
  });

  test.each([
    { variables: { j: ['everything'] }, path: 'jobTypes' },
    { variables: { l: '[1]' }, path: 'jobLimits' },
  ])('is refused by name: $path', async ({ variables, path }) => {
    expect(await add('postgres', variables)).toEqual({ code: 'BAD_REQUEST', path });
  });

  test.each([
    'filterDbtCloudEvents: true',
    'allowedDbtCloudEnvironments: ["prod"]',
    'allowedDbtCloudConnections: ["a"]',
    'dbtCloudConnectionAllowList: { fields: [], values: ["a"] }',
    'agentObservabilityTraceStore: false',
  ])('has nothing to do with a database: %s', async (argument) => {
    const query = `mutation ($t: String!, $k: String!) { addConnection(connectionType: $t, key: $k, isActive: false, ${argument}) { connection { uuid } } }`;
    expect(await send(query, 'postgres', {})).toEqual({ code: 'BAD_REQUEST', path: argument.split(':')[0] });
  });
});

describe('a BI container', () => {
  const ADD_BI = `mutation ($t: String!, $k: String!, $n: String, $r: UUID) { addBiConnection(connectionType: $t, key: $k, name: $n, resourceId: $r) { ${WAREHOUSE} } }`;
  // The webhook is dialled when it is added so: the container is what is asked for.
  test('is no place for a database, nor a warehouse one for a BI connection', async () => {
    const { warehouse } = (await add('postgres', {})) as { warehouse?: { uuid: string } };
    expect({
      database: await send(ADD_BI, 'postgres', { n: 'x' }),
      warehouse: await send(ADD_BI, 'webhook', { r: warehouse?.uuid }),
    }).toEqual({ database: { code: 'BAD_REQUEST', path: 'connectionType' }, warehouse: { code: 'NOT_FOUND', path: 'resourceId' } });
  });
});

test('a consumer of Redshift joins the integration of Redshift alone', async () => {
  const { warehouse } = (await add('postgres', {})) as { warehouse?: { uuid: string } };
  const { errors } = await gateway.graphql(
    'mutation ($k: String!, $p: UUID!) { addRedshiftConsumerConnection(key: $k, producerResourceId: $p) { connection { uuid } } }',
    { k: await keyOf('postgres'), p: warehouse?.uuid },
  );
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_REQUEST', path: 'connectionType', kind: 'postgres' });
});
