import { symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocks, files, NAME, root, sqlKind } from '../support/connectors/connector-guide.ts';
import { createScratchInstall, type RunningGateway } from '../support/gateway/scratch-install.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';

const SQL_NAME = 'changeover-connector-yugabytedb';

const install = createScratchInstall();
install.write(NAME, Object.fromEntries(files));
install.write(SQL_NAME, { 'package.json': JSON.stringify({ type: 'module', exports: './index.js' }), 'index.js': sqlKind });
symlinkSync(join(root, 'node_modules/pg'), join(install.folder, 'node_modules/pg'));
afterAll(() => install.remove());

describe('the connector in docs/guide/write-a-connector.md', () => {
  test('is a package, a connector and a test', () => {
    expect([...blocks.keys()]).toEqual(['package.json', 'index.js', 'yugabytedb/index.js', 'index.test.js', 'request']);
  });

  test('is short: a kind that is asked over HTTP has 40 lines at most, and one that is asked in SQL 80', () => {
    const linesOf = (name: string) => (blocks.get(name) ?? '').trimEnd().split('\n').length;
    expect({ http: linesOf('index.js') <= 40, sql: linesOf('yugabytedb/index.js') <= 80 }).toEqual({ http: true, sql: true });
  });
});

describe('a connector of a package, in a gateway that names it', () => {
  const server = createServer(({ url, headers }, response) => {
    if (headers['x-api-key'] !== 'mb_a-key') response.writeHead(401).end();
    else response.end(JSON.stringify(url === '/api/database' ? { data: [] } : { id: 1 }));
  });
  let gateway: RunningGateway;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    gateway = await install.serve({ CHANGEOVER_CONNECTORS: NAME });
  });
  afterAll(async () => {
    await gateway.stop();
    server.close();
  });
  const details = (apiKey: string) => ({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, apiKey });

  test('has its kind served, and its validators run in a worker', async () => {
    const request = blocks.get('request') ?? '';
    const answers = [
      await gateway.graphql(request, { details: details('mb_a-key') }),
      await gateway.graphql(request, { details: details('mb_wrong') }),
    ];
    expect(answers).toEqual([
      { data: { testMetabaseCredentialsV2: { validationResult: { success: true, errors: [] } } } },
      {
        data: {
          testMetabaseCredentialsV2: {
            validationResult: { success: false, errors: [expect.objectContaining({ code: 'CREDENTIALS_REJECTED' })] },
          },
        },
      },
    ]);
  });

  test('has its addresses checked like any other', async () => {
    const answer = await gateway.graphql(blocks.get('request') ?? '', {
      details: { ...details('mb_a-key'), url: 'http://169.254.169.254' },
    });
    expect(answer).toEqual({
      data: {
        testMetabaseCredentialsV2: { validationResult: { success: false, errors: [expect.objectContaining({ code: 'EGRESS_DENIED' })] } },
      },
    });
  });
});

describe('a kind of a package that is asked in SQL', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let gateway: RunningGateway;
  beforeAll(async () => {
    server = await startPostgres();
    await server.createDatabase('target');
    await server.query("create role loader login password 'loader-password-1'; create role loader2 login password 'loader-password-2'");
    await server.query(
      'create table orders (id int); grant select, insert on orders to loader; grant select on orders to loader2',
      'target',
    );
    gateway = await install.serve({ CHANGEOVER_CONNECTORS: SQL_NAME, CHANGEOVER_DATA_DIR: join(install.folder, 'sql-data') });
  });
  afterAll(async () => {
    await gateway.stop();
    await server.close();
  });
  const TEST = `mutation ($details: YugabytedbConnectionDetails!, $id: UUID, $name: String!) {
    testYugabytedbCredentialsV2(connectionDetails: $details, connectionId: $id, validationName: $name) {
      validationResult { errors { code resolution } warnings { code } }
    }
  }`;
  const details = (user: string, password: string) => ({ host: '127.0.0.1', port: server.port, database: 'target', user, password });
  const run = async (name: string, given: object, id: string | null = null) => {
    const { data } = (await gateway.graphql(TEST, { details: given, id, name })) as Answer;
    const { errors, warnings } = data.testYugabytedbCredentialsV2.validationResult;
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('tells a wrong password, a wrong database and a wrong port apart', async () => {
    const good = details('loader', 'loader-password-1');
    expect({
      good: await run('validate_connection', good),
      password: await run('validate_connection', { ...good, password: 'another' }),
      database: await run('validate_connection', { ...good, database: 'nowhere' }),
      port: await run('validate_connection', { ...good, port: 1 }),
      identity: await run('validate_identity', good),
      permissions: await run('validate_permissions', good),
    }).toEqual({
      good: ['NOT_PROTECTED'],
      password: ['CREDENTIALS_REJECTED'],
      database: ['DATABASE_NOT_FOUND'],
      port: ['PORT_CLOSED'],
      identity: [],
      permissions: [],
    });
  });

  test('lists what the login in use may do and the new one may not, with the grant that mends it', async () => {
    const staged = (await gateway.graphql(
      'mutation ($details: JSONString!) { stageConnection(connectionType: "yugabytedb", details: $details) { key } }',
      { details: JSON.stringify(details('loader', 'loader-password-1')) },
    )) as { readonly data: { readonly stageConnection: { readonly key: string } } };
    const added = (await gateway.graphql(
      'mutation ($key: String!) { addConnection(key: $key, connectionType: "yugabytedb", name: "DB") { connection { uuid } } }',
      { key: staged.data.stageConnection.key },
    )) as { readonly data: { readonly addConnection: { readonly connection: { readonly uuid: string } } } };
    const { data } = (await gateway.graphql(TEST, {
      details: details('loader2', 'loader-password-2'),
      id: added.data.addConnection.connection.uuid,
      name: 'validate_permission_parity',
    })) as Answer;
    expect(data.testYugabytedbCredentialsV2.validationResult.errors).toEqual([
      { code: 'PERMISSION_LOST', resolution: 'Run: GRANT INSERT ON public.orders TO "loader2";' },
    ]);
  });
});

type Answer = {
  readonly data: {
    readonly testYugabytedbCredentialsV2: {
      readonly validationResult: {
        readonly errors: readonly { readonly code: string; readonly resolution: string }[];
        readonly warnings: readonly { readonly code: string }[];
      };
    };
  };
};

describe('a connection whose package is no longer named', () => {
  let gateway: RunningGateway;
  beforeAll(async () => {
    const before = await install.serve({ CHANGEOVER_CONNECTORS: NAME });
    const { data } = (await before.graphql(
      'mutation { stageConnection(connectionType: "metabase", details: "{\\"url\\": \\"https://bi.example\\", \\"apiKey\\": \\"k\\"}") { key } }',
      {},
    )) as { readonly data: { readonly stageConnection: { readonly key: string } } };
    await before.graphql(
      'mutation ($key: String!) { addConnection(key: $key, connectionType: "metabase", name: "BI", isActive: false) { connection { uuid } } }',
      { key: data.stageConnection.key },
    );
    await before.stop();
    gateway = await install.serve({});
  });
  afterAll(() => gateway.stop());

  test('is listed, and names the setting when it is to be used', async () => {
    const listed = await gateway.graphql(
      '{ connections { edges { node { kind type identifiers } } } getPlatformServices { connections { name } } }',
      {},
    );
    const { data } = (await gateway.graphql('{ connections { edges { node { uuid } } } }', {})) as {
      readonly data: { readonly connections: { readonly edges: readonly { readonly node: { readonly uuid: string } }[] } };
    };
    const tested = await gateway.graphql('query ($id: UUID!) { testExistingConnection(connectionId: $id) { success } }', {
      id: data.connections.edges[0]?.node.uuid,
    });
    expect({ listed, tested: tested.message }).toEqual({
      listed: {
        data: {
          connections: { edges: [{ node: { kind: 'metabase', type: 'CUSTOM_CONNECTOR', identifiers: '{}' } }] },
          getPlatformServices: [{ connections: [{ name: 'BI' }] }],
        },
      },
      tested: 'The connector of this kind is not loaded. Name its package in CHANGEOVER_CONNECTORS.',
    });
  });
});
