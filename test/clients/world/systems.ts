import { readFileSync } from 'node:fs';
import { startFakeAirflow } from '../../support/fakes/fake-airflow.ts';
import { startFakeClickhouse } from '../../support/fakes/fake-clickhouse.ts';
import { startFakeDataFactory } from '../../support/fakes/fake-data-factory.ts';
import { startFakeDatabricks } from '../../support/fakes/fake-databricks.ts';
import { startFakeDb2 } from '../../support/fakes/fake-db2.ts';
import { startFakeDbtCloud } from '../../support/fakes/fake-dbt-cloud.ts';
import { startFakeDremio } from '../../support/fakes/fake-dremio.ts';
import { startFakeFivetran } from '../../support/fakes/fake-fivetran.ts';
import { startFakeGit } from '../../support/fakes/fake-git.ts';
import { createAccount, fakeBigquery, fakeResourceManager, startFakeGoogle } from '../../support/fakes/fake-google.ts';
import { startFakeHana } from '../../support/fakes/fake-hana.ts';
import { startFakeHive } from '../../support/fakes/fake-hive.ts';
import { startFakeInformatica } from '../../support/fakes/fake-informatica.ts';
import { startFakeConfluentConnect, startFakeConnect, startFakeKafkaRest } from '../../support/fakes/fake-kafka-rest.ts';
import { startFakeLooker } from '../../support/fakes/fake-looker.ts';
import { startFakePinecone } from '../../support/fakes/fake-pinecone.ts';
import { startFakePowerBi } from '../../support/fakes/fake-power-bi.ts';
import { startFakeSalesforce } from '../../support/fakes/fake-salesforce.ts';
import { startFakeSnowflake } from '../../support/fakes/fake-snowflake.ts';
import { startFakeSqlServer } from '../../support/fakes/fake-sql-server.ts';
import { startFakeTableau } from '../../support/fakes/fake-tableau.ts';
import { startFakeTeradata } from '../../support/fakes/fake-teradata.ts';
import { startFakeTrino } from '../../support/fakes/fake-trino.ts';
import { startJsonServer } from '../../support/fakes/json-server.ts';
import { startFakeOracle } from '../../support/fakes/oracle/fake-oracle.ts';
import { startPostgres } from '../../support/servers/embedded-postgres.ts';
import { startMariadb } from '../../support/servers/mariadb.ts';
import { startTlsFront } from '../../support/servers/tls-front.ts';
import { startVendorFront } from './vendor-front.ts';
import { makeCertificates } from './world.ts';

export const SECRET = 'right-secret-of-the-test';
const login = { name: 'loader', password: SECRET };
const basic = (user: string) => `Basic ${Buffer.from(`${user}:${SECRET}`).toString('base64')}`;
const SNOWFLAKE = 'myorg-acme-eu.snowflakecomputing.com';
const MOTHERDUCK = 'pg.us-east-1-aws.motherduck.com';

/** Every system that the command line can reach: real databases where npm and Debian have them, fakes under the vendors' own names, and fakes at an address of theirs. */
export async function startSystems() {
  const [postgres, mariadb] = await Promise.all([startPostgres(), startMariadb({ tls: false })]);
  await postgres.createDatabase('sales');
  await postgres.query(`create role loader login password '${SECRET}'`);
  await postgres.query('create table orders (id int); grant select on orders to loader', 'sales');
  await postgres.createDatabase('duck');
  await postgres.query(
    `create function md_user_info() returns table (username text, org_name text, region text) language sql as $$ select 'ada', 'acme', 'us-east-1' $$;
     create schema md_information_schema; create table md_information_schema.databases (name text); create table md_information_schema.shared_with_me (name text);
     create table public.orders (id int); insert into md_information_schema.databases values ('duck')`,
    'duck',
  );
  await mariadb.query(
    'create database sales',
    'create table sales.orders (id int)',
    `create user loader identified by '${SECRET}'`,
    'grant select on sales.* to loader',
  );

  const trino = { users: [{ ...login, reads: ['sales.orders'] }], catalog: 'lake', tables: ['sales.orders'] };
  const reads = [
    ['DATABASE', '', '', 'CONNECT'],
    ['SCHEMA', '[sales]', '[sales]', 'SELECT'],
  ] as const;
  const sqlServer = {
    users: [
      { user: 'loader', password: SECRET, rights: reads },
      { user: 'app', token: 'token-of-the-app', rights: reads },
    ],
    databases: ['sales'],
  };
  const hive = [{ ...login, reads: ['orders'] }];
  const kafka = { logins: [basic('KEY'), `Bearer ${SECRET}`], cluster: 'lkc-1', topics: ['orders'] };
  const service = createAccount('loader', [
    'bigquery.jobs.create',
    'bigquery.datasets.get',
    'bigquery.tables.list',
    'bigquery.tables.get',
    'bigquery.tables.getData',
    'bigquery.readsessions.create',
    'resourcemanager.projects.get',
  ]);
  const fakes = {
    airflow: await startFakeAirflow({ version: '3.3.2', users: [login] }),
    clickhouse: await startFakeClickhouse({
      users: [{ ...login, grants: ['GRANT SELECT ON sales.*'] }],
      tables: [['sales', 'orders']],
      tls: true,
    }),
    databricks: await startFakeDatabricks([{ name: 'ada@example.com', token: SECRET }], [['main', 'sales', 'orders']]),
    dbt: await startFakeDbtCloud([{ token: SECRET, accounts: [{ id: 7, name: 'Acme' }] }], ['wsu_1']),
    fivetran: await startFakeFivetran([{ key: 'key', secret: SECRET }]),
    git: await startFakeGit({
      repositories: [{ path: '/acme/looker.git', readers: [`x-access-token:${SECRET}`] }],
      known: [`x-access-token:${SECRET}`],
    }),
    looker: await startFakeLooker([{ id: 'key', secret: SECRET, userId: '7', models: ['sales'] }]),
    tableau: await startFakeTableau({
      site: 'acme',
      users: [{ name: 'ada', password: SECRET, siteRole: 'Explorer', workbooks: 3 }],
      tokens: [{ name: 'ci', secret: SECRET, user: 'ada' }],
      apps: [],
    }),
    presto: await startFakeTrino({ ...trino, dialect: 'Presto', tls: true }),
    trino: await startFakeTrino({ ...trino, dialect: 'Trino', tls: true }),
    sqlServer: await startFakeSqlServer({ ...sqlServer, edition: 3 }),
    azureSql: await startFakeSqlServer({ ...sqlServer, edition: 5 }),
    azurePool: await startFakeSqlServer({ ...sqlServer, edition: 6 }),
    hana: await startFakeHana({
      users: [{ user: 'LOADER', password: SECRET, rights: [['SCHEMA', 'SALES', null, 'SELECT', 'LOADER', 'USER']] }],
      tls: true,
      tenants: { HXE: null },
    }),
    hive: await startFakeHive({ users: hive, mode: 'NOSASL' }),
    spark: await startFakeHive({ users: hive, mode: 'SASL' }),
    sparkHttp: await startFakeHive({ users: hive, mode: 'HTTP' }),
    db2: await startFakeDb2({
      users: [{ user: 'LOADER', password: SECRET, authorities: ['CONNECT'], rights: ['SELECT|TABLE|"SALES"."ORDERS"'] }],
      databases: ['sales'],
      tls: true,
    }),
    oracle: await startFakeOracle({
      services: ['sales'],
      users: [
        {
          user: 'LOADER',
          password: SECRET,
          rights: [
            ['PRIVILEGE', 'CREATE SESSION', null, null],
            ['OBJECT', 'READ', '"SALES"."ORDERS"', null],
          ],
          schemas: { SALES: 1 },
        },
      ],
    }),
    teradata: await startFakeTeradata([{ user: 'loader', password: SECRET, rights: [['sales', 'All', 'R', '']] }], { tls: true }),
    dremio: await startFakeDremio({ users: [{ name: 'ada', token: SECRET, reads: ['sales/orders'] }], tables: ['sales/orders'] }),
    fabric: await startFakeSqlServer({ ...sqlServer, edition: 11 }),
    confluent: await startFakeKafkaRest({ ...kafka, api: '/kafka/v3' }),
    confluentConnect: await startFakeConfluentConnect([`KEY:${SECRET}`], '/connect/v1/environments/env-1/clusters/lkc-1'),
    kafka: await startFakeKafkaRest(kafka),
    connect: await startFakeConnect(kafka),
    snowflake: await startFakeSnowflake(
      [{ name: 'LOADER', password: SECRET, token: SECRET, roles: ['LOAD'] }],
      [['JOBS', 'STARTED', true]],
      [{ id: 'client', secret: SECRET, user: 'LOADER' }],
    ),
    google: await startFakeGoogle([service], [fakeBigquery({ sales: ['orders'] }), fakeResourceManager]),
    factory: await startFakeDataFactory({
      tenant: 'factory.example.com',
      apps: [{ clientId: 'app', secret: SECRET }],
      subscription: '11111111-2222-3333-4444-555555555555',
      resourceGroup: 'prod',
      factory: 'adf-1',
      readers: ['app'],
    }),
    powerBi: await startFakePowerBi({ tenant: 'power.example.com', apps: [{ clientId: 'app', secret: SECRET }], permitted: ['app'] }),
    entra: await startJsonServer(({ body }) =>
      new URLSearchParams(body).get('client_secret') === SECRET
        ? { status: 200, body: { access_token: 'token-of-the-app', expires_in: 3599 } }
        : {
            status: 401,
            body: { error: 'invalid_client', error_codes: [7000215], error_description: 'AADSTS7000215: Invalid client secret.' },
          },
    ),
    pinecone: await startFakePinecone([{ key: SECRET, projectId: 'c01b3cc', indexes: ['products'] }]),
    salesforce: await startFakeSalesforce({ apps: [{ key: 'key', secret: SECRET }] }),
    informatica: await startFakeInformatica({ orgId: 'org1', users: [login], client: { id: 'client', secret: SECRET } }),
  };
  for (const grant of ['GRANT USAGE ON WAREHOUSE JOBS TO ROLE LOAD;', 'GRANT USAGE ON DATABASE SALES TO ROLE LOAD;'])
    fakes.snowflake.run(grant);
  fakes.databricks.run('GRANT SELECT ON CATALOG `main` TO `ada@example.com`;');

  const vendors = [
    { hosts: [SNOWFLAKE], port: fakes.snowflake.port },
    { hosts: ['bigquery.googleapis.com', 'oauth2.googleapis.com', 'cloudresourcemanager.googleapis.com'], port: fakes.google.port },
    { hosts: ['login.microsoftonline.com'], below: '/factory.example.com/', port: fakes.factory.port },
    { hosts: ['management.azure.com'], port: fakes.factory.port },
    { hosts: ['login.microsoftonline.com'], below: '/power.example.com/', port: fakes.powerBi.port },
    { hosts: ['api.powerbi.com'], port: fakes.powerBi.port },
    { hosts: ['login.microsoftonline.com'], below: '/fabric.example.com/', port: fakes.entra.port },
    { hosts: ['api.pinecone.io'], port: fakes.pinecone.port },
    { hosts: ['acme.my.salesforce.com'], port: fakes.salesforce.port },
    { hosts: ['api.confluent.cloud'], port: fakes.confluentConnect.port },
    { hosts: ['dm-us.informaticacloud.com'], port: fakes.informatica.port },
  ];
  const { ca, cert, key } = makeCertificates(['localhost', MOTHERDUCK, ...vendors.flatMap(({ hosts }) => hosts)]);
  const certificate = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  const front = await startVendorFront(vendors, certificate);
  const duck = await startTlsFront(postgres.port, certificate);
  const verified = await startTlsFront(postgres.port, certificate);
  return {
    fakes,
    postgres,
    mariadb,
    service,
    vendorPorts: { 443: front.port, 5432: duck.port, 9047: fakes.dremio.port },
    authority: readFileSync(ca, 'utf8'),
    /** The file of that authority, and the database behind a certificate that it signed for 127.0.0.1. */
    verified: { ca, port: verified.port },
    async close() {
      front.close();
      duck.close();
      verified.close();
      for (const fake of Object.values(fakes)) fake.close();
      await Promise.all([postgres.close(), mariadb.close()]);
    },
  };
}

export type Systems = Awaited<ReturnType<typeof startSystems>>;
