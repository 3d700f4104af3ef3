import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { addWebhook, type Receiver, SECRET, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';
import { runProgram } from '../world/command-line.ts';

const { jobs } = inject('clients');
const here = (name: string) => new URL(name, import.meta.url).pathname;

describe('the Airflow backend, in Airflow', () => {
  const home = mkdtempSync(join(tmpdir(), 'changeover-airflow-'));
  let gateway: TestGateway;
  let receiver: Receiver;
  let environment: Readonly<Record<string, string>>;
  let connection: string;
  beforeAll(async () => {
    gateway = await startGateway();
    receiver = await startReceiver();
    connection = await addWebhook(gateway, receiver, 'warehouse');
    const [job, viewer] = [await gateway.token('job'), await gateway.token('viewer')];
    environment = {
      AIRFLOW_HOME: home,
      AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
      AIRFLOW__SECRETS__BACKEND: 'changeover_client.airflow.ChangeoverSecretsBackend',
      AIRFLOW__SECRETS__BACKEND_KWARGS: JSON.stringify({ connections: { warehouse: connection } }),
      CHANGEOVER_URL: gateway.url,
      CHANGEOVER_TOKEN: job.secret,
      TEST_VIEWER: viewer.secret,
    };
    mkdirSync(join(home, 'dags'));
    cpSync(here('leases_dag.py'), join(home, 'dags/leases_dag.py'));
    const { code, output } = await runProgram(jobs.airflow, ['db', 'migrate'], { env: environment, home });
    if (code !== 0) throw new Error(output);
  }, 300_000);
  afterAll(async () => {
    receiver?.close();
    await gateway?.close();
  });

  test('gives tasks their connections, holds one lease while they run, and releases it at the end', async () => {
    const { code, output } = await runProgram(jobs.airflow, ['dags', 'test', 'leases'], { env: environment, home });
    const said = [...output.matchAll(/SAYS (\{.*\})/g)].map(([, text = '']) => JSON.parse(text) as object);
    const { data } = await gateway.graphql('{ leases { edges { node { connectionId live releasedAt } } } }');
    const left = data.leases.edges.map(({ node }: { readonly node: { readonly releasedAt: string | null } }) => ({
      ...node,
      releasedAt: node.releasedAt !== null,
    }));
    expect({ code, said, left }, output.slice(-4000)).toEqual({
      code: 0,
      said: [{ type: 'http', host: receiver.url, secret: SECRET.length, live: [['airflow:', 'leases.use']] }, { templated: receiver.url }],
      left: [{ connectionId: connection, live: false, releasedAt: true }],
    });
  }, 300_000);

  test('gives each type of connection what the hooks of its provider read', () => {
    const cases = [
      {
        given: {
          kind: 'postgres',
          fields: { host: 'db', port: 5433, database: 'sales', user: 'u', password: 'p', ssl: { verifyCert: true } },
        },
        made: {
          conn_type: 'postgres',
          host: 'db',
          port: 5433,
          schema: 'sales',
          login: 'u',
          password: 'p',
          extra: { ssl: { verifyCert: true } },
        },
      },
      {
        given: { kind: 'sql-server', fields: { host: 'db', user: 'u', password: 'p' }, conn_type: 'odbc' },
        made: { conn_type: 'odbc', host: 'db', login: 'u', password: 'p', extra: {} },
      },
      {
        given: {
          kind: 'snowflake',
          fields: { account: 'a-b', user: 'u', privateKey: 'PEM', privateKeyPassphrase: 'open', warehouse: 'w' },
        },
        made: {
          conn_type: 'snowflake',
          login: 'u',
          password: 'open',
          extra: { account: 'a-b', private_key_content: 'PEM', warehouse: 'w' },
        },
      },
      {
        given: { kind: 'bigquery', fields: { serviceJson: Buffer.from('{"type":"service_account"}').toString('base64'), projectId: 'p' } },
        made: { conn_type: 'google_cloud_platform', extra: { keyfile_dict: '{"type":"service_account"}', project: 'p' } },
      },
      {
        given: { kind: 's3', fields: { accessKeyId: 'AKIA', secretAccessKey: 's', awsRegion: 'eu-west-1', bucket: 'b' } },
        made: { conn_type: 'aws', login: 'AKIA', password: 's', extra: { region_name: 'eu-west-1', bucket: 'b' } },
      },
      {
        given: { kind: 'databricks-sql-warehouse', fields: { workspaceUrl: 'https://w', clientId: 'c', clientSecret: 's' } },
        made: { conn_type: 'databricks', host: 'https://w', login: 'c', password: 's', extra: { service_principal_oauth: true } },
      },
      {
        given: { kind: 'dbt-cloud', fields: { apiToken: 't', accountId: '17', baseUrl: 'https://ab123.us1.dbt.com/' } },
        made: { conn_type: 'dbt_cloud', host: 'ab123.us1.dbt.com', login: '17', password: 't', extra: {} },
      },
    ];
    const input = cases.map(({ given }) => JSON.stringify(given)).join('\n');
    const { stdout, stderr } = spawnSync(jobs.python, [here('airflow_connections.py')], {
      input,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...environment },
    });
    // Airflow logs to the same output.
    const made = [...stdout.matchAll(/^\{.*\}$/gm)].map(([line]) => JSON.parse(line) as object);
    expect(made, stderr.slice(-2000)).toEqual(cases.map(({ made }) => made));
  });
});
