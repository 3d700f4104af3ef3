import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WAREHOUSE } from '../../support/fakes/fake-databricks.ts';
import { SECRET, type Systems } from '../world/systems.ts';
import { givesQueryService, stagesPassword } from './staged-updates.ts';
import type { Step } from './step.ts';

/** A command that adds a connection to a system. */
export interface AddCommand {
  readonly command: string;
  readonly kind: string;
  readonly options: (systems: Systems) => Readonly<Record<string, string>>;
  /** The options with which the login fails, and what is printed then. */
  readonly wrong: Readonly<Record<string, string>>;
  readonly refused: RegExp;
  /** The field of the secret, as `integrations update` calls it; absent where there is none that can be changed alone. */
  readonly secret?: string;
  /** A command that has no option for the integration's name. */
  readonly isUnnamed?: true;
  /** What is there first, and joined: the command, whose integration has the same name. */
  readonly joins?: string;
  /** The option that names the integration that is joined, by its id. */
  readonly joinedBy?: string;
  /** What is printed beside the success, where the system alone was tried and nobody signed in. */
  readonly warns?: RegExp;
  /** What else is done to the connection, by commands of its own. */
  readonly also?: (systems: Systems) => readonly Step[];
}

/** The older tests of some kinds ask for a key alone, so that their clients know no more. */
const FAILED = /Connection test failed/;
/** Of a lake's connections, the client makes one integration by the first, and looks for it by its name for the others. */
const LAKE = 'add-databricks-metastore-sql-warehouse';
const PASSWORD = { wrong: { password: 'wrong' }, secret: 'password' };
const sql = (host: string, { port }: { readonly port: number }) => ({ host, port: String(port), user: 'loader', password: SECRET });
const keyFile = (name: string, content: string) => {
  const path = join(tmpdir(), `changeover-clients-${process.pid}-${name}`);
  writeFileSync(path, content);
  return path;
};

/** A line a kind, in the alphabet's order. */
export const ADD_COMMANDS: readonly AddCommand[] = [
  {
    command: 'add-airflow',
    kind: 'airflow',
    options: ({ fakes }) => ({ host: fakes.airflow.url }),
    wrong: { host: 'http://127.0.0.1:1' },
    refused: /nothing listens|refused/,
  },
  {
    command: 'add-azure-data-factory',
    kind: 'azure-data-factory',
    options: () => ({
      'tenant-id': 'factory.example.com',
      'client-id': 'app',
      'client-secret': SECRET,
      'subscription-id': '11111111-2222-3333-4444-555555555555',
      'resource-group-name': 'prod',
      'factory-name': 'adf-1',
    }),
    wrong: { 'client-secret': 'wrong' },
    refused: /401 invalid_client/,
    secret: 'client_secret',
  },
  {
    command: 'add-azure-dedicated-sql-pool',
    kind: 'azure-dedicated-sql-pool',
    options: ({ fakes }) => ({ ...sql('localhost', fakes.azurePool), database: 'sales' }),
    ...PASSWORD,
    refused: /login failed|18456/,
  },
  {
    command: 'add-azure-sql-database',
    kind: 'azure-sql-database',
    options: ({ fakes }) => ({ ...sql('localhost', fakes.azureSql), database: 'sales' }),
    ...PASSWORD,
    refused: /login failed|18456/,
  },
  {
    command: 'add-bigquery',
    kind: 'bigquery',
    options: ({ service }) => ({ 'key-file': keyFile('bigquery.json', JSON.stringify(service.file)) }),
    wrong: { 'key-file': keyFile('no-key.json', '{"type":"authorized_user"}') },
    refused: /service_account/,
  },
  {
    command: 'add-clickhouse',
    kind: 'clickhouse',
    options: ({ fakes }) => ({ ...sql('localhost', fakes.clickhouse), database: 'sales' }),
    ...PASSWORD,
    refused: /516|refused/,
  },
  {
    command: 'add-databricks-metastore-sql-warehouse',
    kind: 'databricks-metastore-sql-warehouse',
    options: ({ fakes }) => ({ ...databricks(fakes), 'databricks-workspace-id': '1234567890' }),
    wrong: { 'databricks-token': 'wrong' },
    refused: /401|403|refused/,
    secret: 'databricks_token',
  },
  {
    command: 'add-databricks-sql-warehouse',
    kind: 'databricks-sql-warehouse',
    options: ({ fakes }) => databricks(fakes),
    joins: LAKE,
    wrong: { 'databricks-token': 'wrong' },
    refused: /401|403|refused/,
    secret: 'databricks_token',
  },
  {
    command: 'add-dbt-cloud',
    kind: 'dbt-cloud',
    joins: 'add-postgres',
    options: ({ fakes }) => ({
      'dbt-cloud-api-token': SECRET,
      'dbt-cloud-account-id': '7',
      'dbt-cloud-base-url': fakes.dbt.url,
      'webhook-hmac-secret': 'a-secret-of-webhooks',
      'webhook-id': 'wsu_1',
    }),
    wrong: { 'dbt-cloud-api-token': 'wrong' },
    refused: FAILED,
    secret: 'dbt_cloud_api_token',
  },
  {
    command: 'add-db2',
    kind: 'db2',
    options: ({ fakes }) => ({ ...sql('localhost', fakes.db2), database: 'sales' }),
    ...PASSWORD,
    refused: /validate_connection: ✕/,
    also: () => stagesPassword('update-db2'),
  },
  {
    command: 'add-dremio',
    kind: 'dremio',
    options: ({ fakes }) => ({ host: '127.0.0.1', port: String(fakes.dremio.port), token: SECRET }),
    wrong: { token: 'wrong' },
    refused: /validate_connection: ✕/,
    secret: 'token',
  },
  {
    command: 'add-fivetran',
    kind: 'fivetran',
    options: ({ fakes }) => ({ 'fivetran-api-key': 'key', 'fivetran-api-password': SECRET, 'fivetran-base-url': fakes.fivetran.url }),
    wrong: { 'fivetran-api-password': 'wrong' },
    refused: FAILED,
    secret: 'fivetran_api_password',
  },
  {
    command: 'add-hive',
    kind: 'hive',
    options: ({ fakes }) => ({
      host: '127.0.0.1',
      port: String(fakes.hive.port),
      database: 'sales',
      user: 'loader',
      'auth-mode': 'NOSASL',
    }),
    joins: LAKE,
    wrong: { database: 'none' },
    refused: FAILED,
  },
  {
    command: 'add-informatica',
    kind: 'informatica',
    options: () => ({ username: 'loader', password: SECRET }),
    ...PASSWORD,
    refused: /refused|UI_10000/,
  },
  {
    command: 'add-looker',
    kind: 'looker',
    options: ({ fakes }) => ({ 'host-url': fakes.looker.url, 'client-id': 'key', 'client-secret': SECRET }),
    wrong: { 'client-secret': 'wrong' },
    refused: FAILED,
    secret: 'client_secret',
  },
  {
    command: 'add-looker-git',
    kind: 'looker-git-clone',
    options: ({ fakes }) => ({ 'repo-url': `${fakes.git.url}/acme/looker.git`, token: SECRET }),
    wrong: { token: 'wrong' },
    refused: FAILED,
    secret: 'token',
    isUnnamed: true,
  },
  { command: 'add-mariadb', kind: 'mariadb', options: ({ mariadb }) => sql('127.0.0.1', mariadb), ...PASSWORD, refused: /1045/ },
  {
    command: 'add-microsoft-fabric',
    kind: 'microsoft-fabric',
    options: ({ fakes }) => ({
      host: 'localhost',
      port: String(fakes.fabric.port),
      database: 'sales',
      'tenant-id': 'fabric.example.com',
      'client-id': 'app',
      'client-secret': SECRET,
    }),
    wrong: { 'client-secret': 'wrong' },
    refused: /401 invalid_client/,
    secret: 'client_secret',
  },
  {
    command: 'add-motherduck-database',
    kind: 'motherduck',
    options: ({ postgres }) => ({ token: postgres.password, database: 'duck' }),
    wrong: { token: 'wrong' },
    refused: /28P01|refused/,
    secret: 'token',
  },
  { command: 'add-mysql', kind: 'mysql', options: ({ mariadb }) => sql('127.0.0.1', mariadb), ...PASSWORD, refused: /1045/ },
  {
    command: 'add-oracle',
    kind: 'oracle',
    options: ({ fakes }) => ({ ...sql('127.0.0.1', fakes.oracle), database: 'sales' }),
    ...PASSWORD,
    refused: /1017/,
    also: () => stagesPassword('update-oracle'),
  },
  {
    command: 'add-pinecone',
    kind: 'pinecone',
    options: () => ({ environment: 'us-east1-gcp', 'project-id': 'c01b3cc', 'api-key': SECRET }),
    wrong: { 'api-key': 'wrong' },
    refused: /401|refused/,
    secret: 'api_key',
  },
  {
    command: 'add-postgres',
    kind: 'postgres',
    options: ({ postgres }) => ({ ...sql('127.0.0.1', postgres), database: 'sales' }),
    ...PASSWORD,
    refused: /28P01/,
  },
  {
    command: 'add-power-bi',
    kind: 'power-bi',
    options: () => ({ 'tenant-id': 'power.example.com', 'auth-mode': 'SERVICE_PRINCIPAL', 'client-id': 'app', 'client-secret': SECRET }),
    wrong: { 'client-secret': 'wrong' },
    refused: FAILED,
    secret: 'client_secret',
  },
  {
    command: 'add-presto',
    kind: 'presto',
    options: ({ fakes }) => ({ ...sql('localhost', fakes.presto), catalog: 'lake', schema: 'sales', 'http-scheme': 'https' }),
    joins: LAKE,
    wrong: { password: 'wrong' },
    refused: FAILED,
    secret: 'password',
  },
  {
    command: 'add-redshift',
    kind: 'redshift',
    options: ({ postgres }) => ({ ...sql('127.0.0.1', postgres), database: 'sales' }),
    ...PASSWORD,
    refused: FAILED,
  },
  {
    command: 'add-redshift-consumer-connection',
    kind: 'redshift',
    options: ({ postgres }) => ({ ...sql('127.0.0.1', postgres), database: 'sales', 'connection-name': 'a consumer' }),
    joins: 'add-redshift',
    joinedBy: 'producer-resource-id',
    isUnnamed: true,
    ...PASSWORD,
    refused: FAILED,
  },
  {
    command: 'add-salesforce-crm',
    kind: 'salesforce-crm',
    options: () => ({ 'consumer-key': 'key', 'consumer-secret': SECRET, domain: 'acme' }),
    wrong: { 'consumer-secret': 'wrong' },
    refused: /invalid_client|refused/,
    secret: 'consumer_secret',
  },
  {
    command: 'add-salesforce-data-cloud',
    kind: 'salesforce-data-cloud',
    options: () => ({ 'consumer-key': 'key', 'consumer-secret': SECRET, domain: 'acme' }),
    wrong: { 'consumer-secret': 'wrong' },
    refused: /invalid_client|refused/,
    secret: 'consumer_secret',
  },
  {
    command: 'add-sap-hana-database',
    kind: 'sap-hana',
    options: ({ fakes }) => ({ ...sql('127.0.0.1', fakes.hana), database: 'HXE' }),
    ...PASSWORD,
    refused: /validate_connection: ✕/,
  },
  {
    command: 'add-snowflake',
    kind: 'snowflake',
    options: ({ fakes }) => ({
      account: 'myorg-acme_eu',
      user: 'loader',
      warehouse: 'JOBS',
      'use-oauth': '',
      'oauth-client-id': 'client',
      'oauth-client-secret': SECRET,
      'oauth-grant-type': 'client_credentials',
      'oauth-access-token-endpoint': `${fakes.snowflake.url}/oauth/token`,
    }),
    wrong: { 'oauth-client-secret': 'wrong' },
    refused: FAILED,
    // The documented example: a password in the place of the way to log in that it was made with.
    secret: 'password',
  },
  {
    command: 'add-spark-binary-mode',
    kind: 'spark',
    options: ({ fakes }) => ({ ...sql('127.0.0.1', fakes.spark), database: 'sales' }),
    joins: LAKE,
    wrong: { password: 'wrong' },
    refused: FAILED,
  },
  {
    command: 'add-spark-http-mode',
    kind: 'spark',
    options: ({ fakes }) => ({ url: `http://127.0.0.1:${fakes.sparkHttp.port}/cliservice`, user: 'loader', password: SECRET }),
    joins: LAKE,
    wrong: { password: 'wrong' },
    refused: FAILED,
  },
  {
    command: 'add-sql-server',
    kind: 'sql-server',
    options: ({ fakes }) => sql('localhost', fakes.sqlServer),
    ...PASSWORD,
    refused: /18456/,
  },
  {
    command: 'add-starburst-enterprise',
    kind: 'starburst-enterprise',
    options: ({ fakes }) => sql('localhost', fakes.trino),
    ...PASSWORD,
    refused: /401|refused/,
  },
  {
    command: 'add-starburst-galaxy',
    kind: 'starburst-galaxy',
    options: ({ fakes }) => sql('localhost', fakes.trino),
    ...PASSWORD,
    refused: /401|refused/,
  },
  {
    command: 'add-tableau',
    kind: 'tableau',
    options: ({ fakes }) => ({ 'server-name': fakes.tableau.url, 'site-name': 'acme', 'token-name': 'ci', 'token-value': SECRET }),
    wrong: { 'token-value': 'wrong' },
    refused: FAILED,
    secret: 'token_value',
    also: () => [
      {
        args: ({ id = '' }) => ['integrations', 'set-bi-connection-name', '--bi-connection-id', id, '--new-name', 'renamed'],
        prints: [/success/i],
      },
    ],
  },
  {
    command: 'add-teradata',
    kind: 'teradata',
    // The client knows no Query Service, and without one there is no way to sign in: any password passes, with the warning that nobody did.
    options: ({ fakes }) => ({ ...sql('localhost', fakes.teradata), password: 'tried-by-nobody' }),
    wrong: { port: '1' },
    refused: /validate_connection: ✕/,
    warns: /no Query Service was given/,
    also: givesQueryService,
  },
];

function databricks({ databricks: fake }: Systems['fakes']) {
  return { 'databricks-workspace-url': fake.url, 'databricks-warehouse-id': WAREHOUSE, 'databricks-token': SECRET };
}
