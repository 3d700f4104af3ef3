import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { startPostgres, type TestPostgres } from '../../support/servers/embedded-postgres.ts';
import { startMariadb, type TestMariadb } from '../../support/servers/mariadb.ts';
import { FetcherClient, FetcherError } from '../world/lerian-fetcher-client.ts';

let postgres: TestPostgres;
let mariadb: TestMariadb;
let gateway: TestGateway;
let client: FetcherClient;

beforeAll(async () => {
  postgres = await startPostgres();
  await postgres.createDatabase('ledger');
  await postgres.query("create role reader login password 'reader-password-1'");
  await postgres.query('create table accounts (id int, balance int); grant select on accounts to reader', 'ledger');
  mariadb = await startMariadb({ tls: true });
  await mariadb.query(
    'create database shop',
    'create table shop.orders (id int, total int)',
    "create user reader@'%' identified by 'reader-password-1'",
    'grant select on shop.* to reader',
  );
  const settings: Record<string, string> = {};
  gateway = await startGateway({ settings });
  const token: TestToken = await gateway.token('admin');
  settings.CHANGEOVER_LERIAN_ANONYMOUS = token.id;
  await gateway.restart();
  client = new FetcherClient(gateway.url, '0195c0de-0000-7000-8000-000000000000');
});
afterAll(async () => {
  await gateway?.close();
  await postgres?.close();
  await mariadb?.close();
});

const failure = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  return error instanceof FetcherError ? { status: error.status, code: error.code, fields: Object.keys(error.fields) } : error;
};

test('a client of the vendor makes connections to PostgreSQL and MariaDB, changes a credential between jobs, and is kept from it during one', async () => {
  const login = { host: '127.0.0.1', userName: 'reader', password: 'reader-password-1' };
  const ledger = await client.create('Billing', {
    ...login,
    configName: 'ledger-db',
    type: 'POSTGRESQL',
    port: postgres.port,
    databaseName: 'ledger',
  });
  const ssl = { mode: 'skip-verify', ca: mariadb.ca };
  const shop = await client.create('billing', {
    ...login,
    configName: 'shop-db',
    type: 'MYSQL',
    port: mariadb.port,
    databaseName: 'shop',
    ssl,
  });
  const works = [await client.waitUntilItWorks(ledger.id), await client.waitUntilItWorks(shop.id)];
  const mapping = { 'ledger-db': { accounts: ['id', 'balance'] }, 'shop-db': { orders: ['id'] } };
  const schemas = [await client.schema(ledger.id), await client.schema(shop.id)];
  const valid = await client.validateSchema(mapping);
  const wrong = await failure(client.validateSchema({ 'shop-db': { orders: ['nothing'] } }));

  const { jobId } = await client.startJob('billing', mapping);
  const busy = [await failure(client.patch(ledger.id, { password: 'reader-password-2' })), await failure(client.remove(shop.id))];
  const running = await client.job(jobId);
  const { data } = await gateway.graphql('{ leases(live: true) { edges { node { id } } } }');
  for (const { node } of data.leases.edges)
    await gateway.graphql('mutation ($id: UUID!) { endLease(leaseId: $id) { id } }', { id: node.id });
  const done = await client.job(jobId);

  await postgres.query("alter role reader password 'reader-password-2'");
  const outdated = await failure(client.waitUntilItWorks(ledger.id, 1));
  const patched = await client.patch(ledger.id, { password: 'reader-password-2', schema: undefined });
  const again = await client.waitUntilItWorks(ledger.id);
  const list = await client.list('?type=mysql', 'billing');
  await client.remove(shop.id);
  expect({
    works: works.map(({ status }) => status),
    schemas: schemas.map(({ tables }) => tables),
    valid: valid.status,
    wrong,
    busy,
    jobs: [running.status, done.status],
    outdated,
    moved: patched.updatedAt > ledger.updatedAt,
    again: again.status,
    list: list.items.map(({ configName }) => configName),
    gone: await failure(client.get(shop.id)),
  }).toEqual({
    works: ['success', 'success'],
    schemas: [[{ name: 'accounts', fields: ['id', 'balance'] }], [{ name: 'orders', fields: ['id', 'total'] }]],
    valid: 'success',
    wrong: { status: 422, code: 'FET-1060', fields: [] },
    busy: [
      { status: 409, code: 'FET-1021', fields: [] },
      { status: 409, code: 'FET-1021', fields: [] },
    ],
    jobs: ['processing', 'completed'],
    outdated: { status: 500, code: 500, fields: [] },
    moved: true,
    again: 'success',
    list: ['shop-db'],
    gone: { status: 404, code: 'FET-1001', fields: [] },
  });
});

test("the documentation's own curl changes a connection", async () => {
  const made = await client.create('billing', {
    configName: 'by-curl',
    type: 'POSTGRESQL',
    host: '127.0.0.1',
    port: postgres.port,
    databaseName: 'ledger',
    userName: 'reader',
    password: 'first',
  });
  const { stdout } = await promisify(execFile)('curl', [
    ...['-s', '-X', 'PATCH', `${gateway.url}/v1/management/connections/${made.id}`],
    ...['-H', `Authorization: Bearer ${gateway.owner.secret}`, '-H', 'Content-Type: application/json'],
    ...['-d', '{"host":"127.0.0.2","password":"new"}', '-w', '\n%{http_code}'],
  ]);
  const [body = '', status] = stdout.split('\n');
  expect({ status, host: JSON.parse(body).host }).toEqual({ status: '200', host: '127.0.0.2' });
});
