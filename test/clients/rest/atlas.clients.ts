import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { serviceAccountId, serviceAccountSecret, shortId } from '../../../src/domain/token/service-account.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../../support/gateway/nobody-answers.ts';
import { overTls } from '../../support/gateway/over-tls.ts';
import { installAtlasClients } from './install-atlas.ts';

const KEY = '0123456789abcdef0123456789ab41be';
const OTHER_KEY = 'fedcba9876543210fedcba9876549f0c';

let gateway: TestGateway;
let group: string;
let clients: ReturnType<typeof installAtlasClients>;
beforeAll(async () => {
  clients = installAtlasClients();
  gateway = await startGateway(NOBODY_ANSWERS);
  group = shortId(gateway.app.projectId);
}, 600_000);
afterAll(() => gateway?.close());
afterEach(async () => {
  for (const type of ['DATADOG', 'PAGER_DUTY', 'SLACK', 'OPS_GENIE'])
    await fetch(`${gateway.url}/api/atlas/v1.0/groups/${group}/integrations/${type}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${gateway.owner.secret}` },
    });
});

test("MongoDB's Go client does all that it has for integrations, over HTTP digest", async () => {
  const output = await runProgram(clients.go, [], {
    ATLAS_URL: `${gateway.url}/`,
    ATLAS_PUBLIC: gateway.owner.id,
    ATLAS_PRIVATE: gateway.owner.secret,
    ATLAS_GROUP: group,
    ATLAS_KEY: KEY,
    ATLAS_OTHER_KEY: OTHER_KEY,
  });
  const told = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told.map(({ Step, Status, Code, Types }) => [Step, Status, Code, Types?.join() ?? ''])).toEqual([
    ['create', 200, '', 'DATADOG'],
    ['create second', 200, '', 'PAGER_DUTY,DATADOG'],
    ['create again', 409, 'INTEGRATION_ALREADY_CONFIGURED', ''],
    ['get', 200, '', 'DATADOG'],
    ['replace with what was read', 200, '', 'PAGER_DUTY,DATADOG'],
    ['replace what is not there', 200, '', 'PAGER_DUTY,SLACK,DATADOG'],
    ['replace with a bad key', 400, 'INVALID_PAGER_DUTY_SERVICE_KEY', ''],
    ['list', 200, '', 'PAGER_DUTY,SLACK,DATADOG'],
    ['delete', 204, '', ''],
    ['get what is gone', 404, 'INTEGRATION_NOT_CONFIGURED', ''],
  ]);
  expect(told[7].Results.map(({ apiKey, serviceKey, region }: Record<string, string>) => apiKey ?? serviceKey ?? region)).toEqual([
    '****************************9f0c',
    undefined,
    '****************************41be',
  ]);
  const { data } = await gateway.graphql('{ connections(first: 50) { edges { node { currentVersion { kind version } } } } }');
  const kinds = data.connections.edges.map(({ node }: { node: { currentVersion: object } }) => node.currentVersion);
  expect(kinds).toEqual(
    expect.arrayContaining([
      { kind: 'datadog', version: 1 },
      { kind: 'pager-duty', version: 1 },
    ]),
  );
});

test("MongoDB's npm client, which insists on https, works over the gateway's own TLS as a service account, and its bearer ends when it gives it back", async () => {
  const { settings, authorityFile } = overTls();
  const secured = await startGateway({ ...NOBODY_ANSWERS, settings });
  const output = await runProgram(process.execPath, [clients.npm], {
    ATLAS_URL: secured.url,
    ATLAS_CLIENT_ID: serviceAccountId(secured.owner.id),
    ATLAS_CLIENT_SECRET: serviceAccountSecret(secured.owner.secret),
    ATLAS_GROUP: shortId(secured.app.projectId),
    NODE_EXTRA_CA_CERTS: authorityFile,
  });
  await secured.close();
  expect(JSON.parse(output)).toEqual({
    create: { status: 200, code: null, total: 1 },
    again: { status: 409, code: 'INTEGRATION_ALREADY_CONFIGURED', total: null },
    list: { status: 200, code: null, total: 1 },
    change: { status: 200, code: null, total: 1 },
    remove: { status: 204, code: null, total: null },
    gone: { status: 404, code: 'INTEGRATION_NOT_CONFIGURED', total: null },
    isTokenKept: true,
    afterRevocation: 401,
    failures: [],
    members: true,
  });
});

test('curl works by digest, body and all', async () => {
  const { id, secret } = gateway.owner;
  const curl = async (method: string, type: string, body?: object) => {
    const url = `${gateway.url}/api/atlas/v2/groups/${group}/integrations/${type}`;
    const headers = ['-H', 'Accept: application/vnd.atlas.2023-01-01+json', '-H', 'Content-Type: application/json'];
    const data = body === undefined ? [] : ['-d', JSON.stringify(body)];
    const args = ['-sS', '--digest', '--user', `${id}:${secret}`, ...headers, '-X', method, url, ...data, '-w', '\n%{http_code}'];
    const [text = '', status] = (await runProgram('curl', args, {})).split('\n');
    return [Number(status), text === '' ? null : JSON.parse(text)] as const;
  };
  const made = await curl('POST', 'DATADOG', { type: 'DATADOG', apiKey: KEY, region: 'EU' });
  const changed = await curl('PUT', 'DATADOG', { type: 'DATADOG', apiKey: OTHER_KEY, region: 'US' });
  const read = await curl('GET', 'DATADOG');
  const removed = await curl('DELETE', 'DATADOG');
  expect([made[0], changed[0], [read[0], read[1].apiKey, read[1].region], removed]).toEqual([
    200,
    200,
    [200, '****************************9f0c', 'US'],
    [204, null],
  ]);
});

function runProgram(program: string, args: readonly string[], settings: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { PATH: process.env.PATH, HOME: tmpdir(), ...settings } });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${program} ended with ${code}: ${errors} ${output}`))));
  });
}
