import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { runProgram } from '../world/command-line.ts';

const { datahub } = inject('clients');
const home = mkdtempSync(join(tmpdir(), 'changeover-matillion-clients-'));

let gateway: TestGateway;
let admin: TestToken;
let bearer: string;
let project: string;

/** The documented calls, in the words of the documentation: only the host is another. */
async function curl(...args: readonly string[]) {
  const { code, output } = await runProgram('curl', ['-s', '-w', '\n%{http_code}', ...args], { env: {}, home });
  const [, text = '', status = ''] = /^([\s\S]*)\n(\d{3})$/.exec(output) ?? [];
  return { code, status: Number(status), body: text === '' ? null : JSON.parse(text) };
}
const call = (method: string, path: string, body?: object) =>
  curl(
    ...['-X', method, `${gateway.url}/dpc/v1${path}`, '-H', `Authorization: Bearer ${bearer}`, '-H', 'Content-Type: application/json'],
    ...(body === undefined ? [] : ['-d', JSON.stringify(body)]),
  );

beforeAll(async () => {
  gateway = await startGateway();
  admin = await gateway.token('admin');
  const form = [
    'grant_type=client_credentials',
    `client_id=${admin.id}`,
    `client_secret=${admin.secret}`,
    'audience=https://api.matillion.com',
  ];
  const token = await curl(`${gateway.url}/oauth/dpc/token`, ...form.flatMap((field) => ['-d', field]));
  bearer = token.body.access_token;
  project = (await call('GET', '/projects')).body.results[0].id;
});
afterAll(() => gateway?.close());

describe('the documented curl calls', () => {
  test('add a connection, replace its details, list it, and remove it', async () => {
    const details = { connectionProperties: { secretName: 'crm-prod-login', secretKey: 'password' }, description: 'CRM extract user' };
    const added = await call('POST', `/projects/${project}/connections`, {
      name: 'crm-prod',
      platformConnectionType: 'COMPONENT_BASIC',
      authProvider: 'NONE',
      authType: 'GENERIC_SECRET',
      connectionDetails: details,
    });
    const body = {
      authType: 'GENERIC_SECRET',
      platformConnectionType: 'COMPONENT_BASIC',
      connectionDetails: { connectionProperties: { credentialSecretName: '<string>' }, description: '<string>' },
    };
    const forgotten = await call('PUT', `/projects/${project}/connections`, body);
    const replaced = await call('PUT', `/projects/${project}/connections?connectionName=crm-prod`, body);
    const listed = await call('GET', `/projects/${project}/connections?connectionNames=crm-prod`);
    const removed = await call('DELETE', `/projects/${project}/connections?connectionName=crm-prod`);
    expect({
      statuses: [added, forgotten, replaced, listed, removed].map(({ status }) => status),
      forgotten: forgotten.body.violations,
      details: replaced.body.connectionDetails,
      listed: listed.body.results,
      removed: removed.body,
    }).toEqual({
      statuses: [201, 400, 200, 200, 204],
      forgotten: ['connectionName: is required'],
      details: body.connectionDetails,
      listed: [replaced.body],
      removed: null,
    });
  });

  test('override a connection in an environment', async () => {
    await call('POST', `/projects/${project}/connections`, {
      name: 'erp',
      platformConnectionType: 'CLOUD_PLATFORM_CREDENTIALS',
      authProvider: 'aws',
      authType: 'CLOUD_PROVIDER_SECRET',
      connectionDetails: { connectionProperties: { credentialSecretName: 'prod' } },
    });
    const path = `/projects/${project}/connections/environment-overrides`;
    const override = {
      environmentName: 'Default',
      connectionName: 'erp',
      authType: 'CLOUD_PROVIDER_SECRET',
      connectionOverrides: { connectionProperties: { credentialSecretName: 'test' } },
    };
    const answers = [
      await call('POST', path, override),
      await call('PUT', path, override),
      await call('GET', `${path}?environmentName=Default`),
      await call('DELETE', `${path}?environmentName=Default&connectionNames=erp`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 204]);
  });
});

test("DataHub's connector gets a token, finds the project and its environments, and goes on over lists that are empty", async () => {
  const env = { GATEWAY: gateway.url, CLIENT_ID: admin.id, CLIENT_SECRET: admin.secret, DATAHUB_TELEMETRY_ENABLED: 'false' };
  const script = new URL('datahub_lists.py', import.meta.url).pathname;
  const { code, output } = await runProgram(datahub, [script], { env, home });
  const said: unknown = JSON.parse(/^\{.*\}$/m.exec(output)?.[0] ?? 'null');
  expect({ code, said }, output.slice(-3000)).toEqual({
    code: 0,
    said: {
      projects: [{ id: project, name: 'default' }],
      environments: ['Default'],
      ...{ pipelines: 0, streaming: 0, schedules: 0, executions: 0, steps: 0, artifact: null, lineage: 0 },
    },
  });
});
