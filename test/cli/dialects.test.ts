import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shortId } from '../../src/domain/token/service-account.ts';
import { createTestCommandLine } from '../support/gateway/command-line.ts';
import { startGateway, type TestGateway, type TestToken } from '../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../support/gateway/nobody-answers.ts';
import { type RestRequest, rest } from '../support/gateway/rest-client.ts';
import { GRANT } from '../support/protocol/references.ts';

const SECRET = 'a-password-of-the-test';
const KEY = '0123456789abcdef0123456789ab41be';
const folder = mkdtempSync(join(tmpdir(), 'changeover-cli-dialects-'));

let gateway: TestGateway;
let job: TestToken;
beforeAll(async () => {
  writeFileSync(join(folder, 'login.json'), JSON.stringify({ password: SECRET }), { mode: 0o600 });
  gateway = await startGateway(NOBODY_ANSWERS);
  job = await gateway.token('job');
  await gateway.graphql(GRANT, { provider: 'file', prefix: folder });
});
afterAll(async () => {
  await commandLine.close();
  await gateway.close();
});

const commandLine = createTestCommandLine(() => gateway);
const ask = async (request: string, body?: object, headers: RestRequest['headers'] = {}) => {
  const { status, body: answer } = await rest(gateway, request as 'GET /', { headers, ...(body === undefined ? {} : { body }) });
  if (status >= 300) throw new Error(`${request}: ${status} ${JSON.stringify(answer)}`);
  return answer;
};
const atlas = (type: string) => `/api/atlas/v2/groups/${shortId(gateway.app.projectId)}/integrations/${type}`;
const ATLAS = { accept: 'application/vnd.atlas.2023-01-01+json' };
const matillion = (query = '') => `/dpc/v1/projects/${gateway.app.projectId}/connections${query}`;
const PROPERTIES = { secretName: 'login.json', secretKey: 'password' };

/** One connection of each dialect: how it makes one, what a setting of it is called there and here, and what a job is given. */
const DIALECTS = [
  {
    dialect: 'posit',
    make: async () =>
      (
        await ask('POST /__api__/v1/oauth/integrations', {
          name: 'of posit',
          template: 'custom',
          config: {
            auth_mode: 'Confidential',
            authorization_uri: 'https://idp.invalid/auth',
            client_id: 'client',
            client_secret: SECRET,
            scopes: 'a b',
            token_uri: 'https://idp.invalid/token',
          },
        })
      ).guid,
    shows: async (id: string) => (await ask(`GET /__api__/v1/oauth/integrations/${id}`)).config.scopes,
    kind: 'posit-custom',
    field: 'scopes',
    values: ['a b', 'a b c'],
    given: { CONNECTION_CLIENT_SECRET: SECRET },
  },
  {
    dialect: 'atlas',
    make: async () => {
      const { results } = await ask(`POST ${atlas('PAGER_DUTY')}`, { serviceKey: KEY, region: 'US' }, ATLAS);
      const { data } = await gateway.graphql('{ connections(first: 50) { edges { node { id } } } }');
      const ids: readonly string[] = data.connections.edges.map(({ node }: { readonly node: { readonly id: string } }) => node.id);
      return ids.find((id) => shortId(id) === results[0].id) ?? '';
    },
    shows: async () => (await ask(`GET ${atlas('PAGER_DUTY')}`, undefined, ATLAS)).region,
    kind: 'pager-duty',
    field: 'region',
    values: ['US', 'EU'],
    given: { CONNECTION_SERVICE_KEY: KEY },
  },
  {
    dialect: 'matillion',
    make: async () =>
      (
        await ask(`POST ${matillion()}`, {
          name: 'of matillion',
          platformConnectionType: 'COMPONENT_BASIC',
          authProvider: 'NONE',
          authType: 'GENERIC_SECRET',
          connectionDetails: { description: 'first', connectionProperties: PROPERTIES },
        })
      ).id,
    shows: async () => (await ask(`GET ${matillion('?connectionNames=of%20matillion')}`)).results[0].connectionDetails.description,
    kind: 'matillion-component-basic',
    field: 'description',
    values: ['first', 'second'],
    given: { CONNECTION_SECRET_VALUES: JSON.stringify({ secretName: SECRET }) },
  },
  {
    dialect: 'lerian',
    make: async () =>
      (
        await ask(
          'POST /v1/management/connections',
          {
            configName: 'of-lerian',
            type: 'POSTGRESQL',
            host: '127.0.0.1',
            port: 1,
            databaseName: 'ledger',
            userName: 'reader',
            password: SECRET,
            metadata: { team: 'books' },
          },
          { 'x-product-name': 'billing' },
        )
      ).id,
    // What only this dialect has is kept, whoever changes the connection.
    shows: async (id: string) => {
      const { databaseName, productName, metadata } = await ask(`GET /v1/management/connections/${id}`);
      return `${databaseName} of ${productName}, ${metadata.team}`;
    },
    kind: 'postgres',
    field: 'database',
    values: ['ledger', 'books'],
    shown: ['ledger of billing, books', 'books of billing, books'],
    given: { CONNECTION_PASSWORD: SECRET },
  },
] as const;

describe.each(DIALECTS)('a connection that $dialect made', ({ make, shows, kind, field, values, given, ...more }) => {
  const [before, after] = 'shown' in more ? more.shown : values;

  test('is listed, shown, changed, rolled back and given to jobs by the command line, and the dialect shows each of it', async () => {
    const id = await make();
    const listed = await commandLine.json('connection', 'list');
    const shown = await commandLine.json('connection', 'show', id);
    const updated = await commandLine.run(['connection', 'update', id, '--set', `${field}=${values[1]}`]);
    const changed = await shows(id);
    const restored = await commandLine.run(['connection', 'roll-back', id]);
    const names = Object.keys(given);
    const script = `console.log(JSON.stringify(Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, process.env[name]]))))`;
    const ran = await commandLine.spawn(['run', '--connection', id, '--', process.execPath, '-e', script], {
      environment: { CHANGEOVER_TOKEN: job.secret },
    });
    const leases = await commandLine.json('lease', 'list', '--connection', id);
    expect({
      listed: listed.find((one: { readonly uuid: string }) => one.uuid === id)?.kind,
      shown: [shown.kind, shown.versions?.length],
      updated: [updated.code, updated.stderr],
      changed,
      restored: [restored.code, restored.stderr],
      again: await shows(id),
      ran: [ran.code, ran.code === 0 ? JSON.parse(ran.stdout) : ran.stderr],
      leases,
    }).toEqual({
      listed: kind,
      shown: [kind, 1],
      updated: [0, ''],
      changed: after,
      restored: [0, ''],
      again: before,
      ran: [0, given],
      leases: [],
    });
  });
});

/** Kinds that dialects have, and where each is looked for. */
const ADDED = [
  {
    dialect: 'posit',
    kind: 'posit-custom',
    set: { authType: 'Service Account', clientId: 'client', tokenUri: 'https://idp.invalid/token' },
    secrets: { clientSecret: SECRET },
    shown: async (id: string) => (await ask(`GET /__api__/v1/oauth/integrations/${id}`)).config.client_id,
    expected: 'client',
  },
  {
    dialect: 'atlas',
    kind: 'ops-genie',
    set: { region: 'EU' },
    secrets: { apiKey: '01234567-89ab-cdef-0123-456789ab41be' },
    shown: async () => (await ask(`GET ${atlas('OPS_GENIE')}`, undefined, ATLAS)).region,
    expected: 'EU',
  },
  {
    dialect: 'matillion',
    kind: 'matillion-component-basic',
    set: { authProvider: 'NONE', authType: 'GENERIC_SECRET', connectionProperties: JSON.stringify(PROPERTIES) },
    secrets: {},
    shown: async () => (await ask(`GET ${matillion('?connectionNames=Added%20for%20matillion')}`)).results[0].connectionDetails,
    expected: { connectionProperties: PROPERTIES },
  },
  {
    dialect: 'lerian',
    kind: 'postgres',
    set: { host: '127.0.0.1', port: '5432', database: 'sales', user: 'ada' },
    secrets: { password: SECRET },
    shown: async (id: string) => (await ask(`GET /v1/management/connections/${id}`)).configName,
    expected: 'Added for lerian',
  },
] as const;

test.each(ADDED)(
  '$dialect shows a $kind connection that the command line added',
  async ({ dialect, kind, set, secrets, shown, expected }) => {
    const settings = Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
    const args = [
      'connection',
      'add',
      '--kind',
      kind,
      '--integration',
      `Added for ${dialect}`,
      '--inactive',
      '--secrets-stdin',
      ...settings,
    ];
    const added = await commandLine.run([...args, '--json'], { stdin: JSON.stringify(secrets) });
    const { data } = await gateway.graphql('{ connections(first: 50) { edges { node { id name } } } }');
    const nodes: readonly { readonly id: string; readonly name: string }[] = data.connections.edges.map(
      ({ node }: { readonly node: object }) => node,
    );
    const id = nodes.find(({ name }) => name === `Added for ${dialect}`)?.id ?? '';
    expect({ code: added.code, stderr: added.stderr, shown: await shown(id) }).toEqual({ code: 0, stderr: '', shown: expected });
  },
);
