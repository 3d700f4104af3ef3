import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Receiver, startGateway, startReceiver, type TestGateway } from '../../support/gateway/gateway.ts';

const AMBIGUOUS = 'Multiple data collectors found. Please specify a collector.';

let gateway: TestGateway;
let receiver: Receiver;
let here: string;
const siteOf = async ({ app: { services, projectId } }: TestGateway) => (await services.store.read.sites.all(projectId))[0]?.id ?? '';
beforeAll(async () => {
  [gateway, receiver] = await Promise.all([startGateway(), startReceiver()]);
  here = await siteOf(gateway);
});
afterAll(async () => {
  receiver.close();
  await gateway.close();
});

const details = () => `{ url: "${receiver.url}", signingSecret: "a signing secret of the test" }`;

/** What is asked of one of the gateways. */
function asking(of: () => TestGateway) {
  const ask = async (query: string) => {
    const { status, data, errors, text } = await of().graphql(query);
    const [error] = errors ?? [];
    // What may pass by itself has a status that makes the lead API's clients try again.
    if (status !== 200) return { code: String(status), path: undefined, text };
    return error === undefined ? data : { code: error.extensions.code, path: error.extensions.path };
  };
  const staged = async (): Promise<string> =>
    (await ask(`mutation { testWebhookCredentialsV2(connectionDetails: ${details()}, validationName: "save_credentials") { key } }`))
      .testWebhookCredentialsV2.key;
  let names = 0;
  const add = async (more = '') => {
    names += 1;
    return await ask(
      `mutation { addConnection(connectionType: "webhook", key: "${await staged()}", name: "hook ${names}" ${more}) { connection { uuid } } }`,
    );
  };
  const run = (dcId: string | null, name = 'validate_connection') =>
    ask(
      `mutation { testWebhookCredentialsV2(connectionDetails: ${details()}, validationName: "${name}"${dcId === null ? '' : `, connectionOptions: { dcId: "${dcId}" }`}) { validationResult { success } } }`,
    );
  return { ask, staged, add, run };
}

const { ask, staged, add } = asking(() => gateway);

/** Every operation that takes a site, asked with one that is not there. */
const WITH_SITE: readonly (readonly [string, (dcId: string) => Promise<string> | string])[] = [
  ['pingDataCollector', (dcId) => `{ pingDataCollector(dcId: "${dcId}", traceId: "${dcId}") { traceId } }`],
  ['testStorageAccess', (dcId) => `{ testStorageAccess(dcId: "${dcId}") { success } }`],
  ['testTcpOpenConnection', (dcId) => `{ testTcpOpenConnection(host: "127.0.0.1", port: 1, dcId: "${dcId}") { success } }`],
  ['testTelnetConnection', (dcId) => `{ testTelnetConnection(host: "127.0.0.1", port: 1, serviceUuid: "${dcId}") { success } }`],
  ['testDnsLookup', (dcId) => `{ testDnsLookup(host: "localhost", serviceUuid: "${dcId}") { success } }`],
  ['testHttpConnection', (dcId) => `{ testHttpConnection(url: "http://127.0.0.1:1/", serviceUuid: "${dcId}") { success } }`],
  [
    'getSupportedValidationsV2',
    (dcId) => `{ getSupportedValidationsV2(connectionType: "webhook", dcId: "${dcId}") { supportedValidations { name } } }`,
  ],
  [
    'addStreamingSystem',
    (dcId) =>
      `mutation { addStreamingSystem(dcId: "${dcId}", streamingSystemName: "s", streamingSystemType: "msk") { streamingSystem { id } } }`,
  ],
  [
    'addConnection',
    async (dcId) =>
      `mutation { addConnection(connectionType: "webhook", key: "${await staged()}", name: "x", dcId: "${dcId}") { connection { uuid } } }`,
  ],
  [
    'testWebhookCredentialsV2',
    (dcId) =>
      `mutation { testWebhookCredentialsV2(connectionDetails: ${details()}, validationName: "validate_connection", connectionOptions: { dcId: "${dcId}" }) { key } }`,
  ],
  [
    'save_credentials',
    (dcId) =>
      `mutation { testWebhookCredentialsV2(connectionDetails: ${details()}, validationName: "save_credentials", connectionOptions: { dcId: "${dcId}" }) { key } }`,
  ],
  [
    'testCredentials',
    async (dcId) => `mutation { testCredentials(key: "${await staged()}", connectionOptions: { dcId: "${dcId}" }) { success } }`,
  ],
  [
    'testUpdatedCredentialsV2',
    async (dcId) =>
      `mutation { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: "${await staged()}", validationName: "validate_connection", connectionOptions: { dcId: "${dcId}" }) { validationResult { success } } }`,
  ],
];

test.each(WITH_SITE)('%s refuses a site that is not there', async (_, document) => {
  const unknown = gateway.app.services.newId();
  const asked = await document(unknown);
  // The argument that it came in.
  const path = asked.includes('connectionOptions') ? 'connectionOptions.dcId' : asked.includes('serviceUuid') ? 'serviceUuid' : 'dcId';
  expect(await ask(asked)).toMatchObject({ code: 'NOT_FOUND', path });
});

test('a change of a saved connection is proven from where that is, and from nowhere else', async () => {
  const { addConnection } = await add(`, dcId: "${here}"`);
  const { updateWebhookCredentialsV2: update } = await ask(
    `mutation { updateWebhookCredentialsV2(connectionId: "${addConnection.connection.uuid}", changes: { signingSecret: "a signing secret of the next version" }) { result { key } } }`,
  );
  const prove = (dcId: string) =>
    ask(
      `mutation { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: "${update.result.key}", validationName: "validate_connection", connectionOptions: { dcId: "${dcId}" }) { validationResult { success } } }`,
    );
  expect({ own: await prove(here), other: await prove(gateway.app.services.newId()) }).toEqual({
    own: { testUpdatedCredentialsV2: { validationResult: { success: true } } },
    other: { code: 'BAD_REQUEST', path: 'dcId' },
  });
});

test('a probe is asked from one site', async () => {
  const other = gateway.app.services.newId();
  expect(await ask(`{ testTcpOpenConnection(host: "127.0.0.1", port: 1, dcId: "${here}", serviceUuid: "${other}") { success } }`)).toEqual({
    code: 'BAD_REQUEST',
    path: 'serviceUuid',
  });
});

describe('further checks', () => {
  test('a staged key is tested again, with its own kind or none', async () => {
    const key = await staged();
    const again = (more = '') => ask(`mutation { testCredentials(key: "${key}" ${more}) { success validations { type } } }`);
    expect({
      own: await again(),
      named: await again(', connectionType: "webhook"'),
      other: await again(', connectionType: "snowflake"'),
      project: await again(', projectId: "p"'),
      unknown: await ask('mutation { testCredentials(key: "nothing") { success } }'),
    }).toEqual({
      own: { testCredentials: { success: true, validations: [{ type: 'validate_connection' }, { type: 'validate_protection' }] } },
      named: { testCredentials: { success: true, validations: [{ type: 'validate_connection' }, { type: 'validate_protection' }] } },
      other: { code: 'BAD_REQUEST', path: 'connectionType' },
      project: { code: 'BAD_REQUEST', path: 'projectId' },
      unknown: { code: 'NOT_FOUND', path: 'key' },
    });
  });

  test('a notification service is tested by the uuid of its connection', async () => {
    const { addConnection } = await add(`, dcId: "${here}"`);
    const check = (id: string) => ask(`{ testNotificationIntegration(settingId: "${id}") }`);
    const good = await check(addConnection.connection.uuid);
    receiver.status = 500;
    const bad = await check(addConnection.connection.uuid);
    receiver.status = 204;
    expect({ good, bad, none: await check(here), unsaid: await ask('{ testNotificationIntegration }') }).toEqual({
      good: { testNotificationIntegration: true },
      bad: { testNotificationIntegration: false },
      none: { code: 'NOT_FOUND', path: 'settingId' },
      unsaid: { code: 'BAD_REQUEST', path: 'settingId' },
    });
  });

  test.each([
    ['snowflake', 'SNOWFLAKE', true],
    ['snowflake', 'postgres', false],
    ['data-lake', 'databricks-sql-warehouse', true],
    ['transactional_db', 'mysql', true],
    ['transactional-db', 'transactional-db', true],
    ['redshift', 'transactional-db', false],
  ])('whether a warehouse of type %s takes a connection of type %s: %s', async (warehouse, type, takes) => {
    expect(await ask(`{ validateConnectionType(warehouseType: "${warehouse}", connectionType: "${type}") }`)).toEqual({
      validateConnectionType: takes,
    });
  });

  test('a type that nothing has is refused by name', async () => {
    expect({
      warehouse: await ask('{ validateConnectionType(warehouseType: "lakehouse", connectionType: "snowflake") }'),
      connection: await ask('{ validateConnectionType(warehouseType: "snowflake", connectionType: "snowstorm") }'),
      scope: await ask('{ getSupportedValidationsV2(connectionType: "webhook", scope: "all") { supportedValidations { name } } }'),
      selfHosted: await ask(
        '{ getSupportedValidationsV2(connectionType: "webhook", selfHostedCredentialsType: "paper") { supportedValidations { name } } }',
      ),
    }).toEqual({
      warehouse: { code: 'BAD_REQUEST', path: 'warehouseType' },
      connection: { code: 'BAD_REQUEST', path: 'connectionType' },
      scope: { code: 'BAD_REQUEST', path: 'scope' },
      selfHosted: { code: 'BAD_REQUEST', path: 'selfHostedCredentialsType' },
    });
  });
});

describe('a second site, of workers', () => {
  let gateway: TestGateway;
  let here: string;
  let away: string;
  const { ask, add, run } = asking(() => gateway);
  beforeAll(async () => {
    gateway = await startGateway();
    const { services, projectId } = gateway.app;
    here = await siteOf(gateway);
    away = services.newId();
    await services.store.write(async (tx) => {
      const now = await tx.now();
      await tx.sites.insert({ id: away, projectId, name: 'away', deployment: 'workers', createdAt: now, updatedAt: now });
    });
  });
  afterAll(() => gateway.close());

  test('has to be told from the first, in the words that the clients know', async () => {
    const message = async (query: string) => (await gateway.graphql(query)).errors?.[0]?.message;
    expect({
      credentials: await message(
        `mutation { testWebhookCredentialsV2(connectionDetails: ${details()}, validationName: "validate_connection") { key } }`,
      ),
      database: await message(
        'mutation { testTransactionalDbCredentials(connectionDetails: { dbType: "postgres", host: "db.example", dbName: "sales", user: "loader", password: "p" }, validationName: "validate_connection") { key } }',
      ),
      network: await message('{ testTcpOpenConnection(host: "a.example", port: 1) { success } }'),
      storage: await message('{ testStorageAccess { success } }'),
      add: await add(),
      named: await run(here),
    }).toEqual({
      credentials: AMBIGUOUS,
      database: AMBIGUOUS,
      network: AMBIGUOUS,
      storage: AMBIGUOUS,
      add: { code: 'BAD_REQUEST', path: 'dcId' },
      named: { testWebhookCredentialsV2: { validationResult: { success: true } } },
    });
  });

  test('is UNAVAILABLE while no worker is connected, for whatever dials', async () => {
    const answers = {
      ping: await ask(`{ pingDataCollector(dcId: "${away}", traceId: "${away}") { traceId } }`),
      probe: await ask(`{ testTcpOpenConnection(host: "127.0.0.1", port: 1, dcId: "${away}") { success } }`),
      details: await run(away),
      add: await add(`, dcId: "${away}"`),
    };
    const bodies = Object.values(answers).map((answer) => answer as { readonly code: string; readonly text: string });
    expect(bodies.map(({ code, text }) => ({ code, members: Object.keys(JSON.parse(text)) }))).toEqual(
      Array(4).fill({ code: '503', members: ['message', 'code'] }),
    );
  });

  test('takes what nobody dials yet, and lets it be used by nobody', async () => {
    const { addConnection } = await add(`, dcId: "${away}", isActive: false`);
    const { uuid } = addConnection.connection;
    expect({
      staged: await run(away, 'save_credentials'),
      test: await ask(`{ testExistingConnectionV2(connectionId: "${uuid}", validationName: "validate_connection") { success } }`),
      enable: await ask(`mutation { toggleConnectionEnable(connectionId: "${uuid}", enable: true) { success } }`),
    }).toMatchObject({
      staged: { testWebhookCredentialsV2: { validationResult: { success: true } } },
      test: { code: '503' },
      enable: { code: '503' },
    });
  });

  test('is listed as a platform service without an agent, and found by every filter', async () => {
    for (const dcId of [here, away]) await add(`, dcId: "${dcId}", isActive: false`);
    const list = async (filter: string) => {
      const { getPlatformServices } = await ask(
        `{ getPlatformServices${filter} { uuid deployment { deploymentType agent { uuid } } supportStatus { code } connections { connectionType } } }`,
      );
      return getPlatformServices.map((one: { uuid: string; supportStatus: { code: string } | null }) => [
        one.uuid === here ? 'here' : 'away',
        one.supportStatus?.code,
      ]);
    };
    expect({
      all: await list(''),
      service: await list(`(serviceUuid: "${away}")`),
      unknown: await list(`(serviceUuid: "${gateway.app.services.newId()}")`),
      deployment: await list('(deploymentType: REMOTE_V2_IA)'),
      gateway: await list('(deploymentType: CLOUD_V2_P)'),
      other: await list('(deploymentType: CLOUD_V1)'),
      agent: await list(`(agentUuid: "${away}")`),
      types: await list('(connectionTypes: [WEBHOOK])'),
      noTypes: await list('(connectionTypes: [SNOWFLAKE])'),
      supports: await list('(supportsConnectionType: SNOWFLAKE)'),
      workers: await list('(supportsAgentType: REMOTE_AGENT)'),
      platform: await list('(supportsAgentPlatform: AWS)'),
    }).toEqual({
      all: [
        ['here', undefined],
        ['away', undefined],
      ],
      service: [['away', undefined]],
      unknown: [],
      deployment: [['away', undefined]],
      gateway: [['here', undefined]],
      other: [],
      agent: [],
      types: [
        ['here', undefined],
        ['away', undefined],
      ],
      noTypes: [],
      supports: [
        ['here', 'SUPPORTED'],
        ['away', 'NEW_CONNECTIONS_NOT_SUPPORTED'],
      ],
      workers: [
        ['here', 'REMOTE_AGENT_NOT_SUPPORTED'],
        ['away', 'REMOTE_AGENT_NOT_SUPPORTED'],
      ],
      platform: [
        ['here', 'REMOTE_AGENT_NOT_SUPPORTED'],
        ['away', 'REMOTE_AGENT_NOT_SUPPORTED'],
      ],
    });
  });

  test('has no agents, and asking for one says so', async () => {
    const { data } = await gateway.graphql('{ getUser { account { dataCollectors { uuid deploymentType agents { uuid } } } } }');
    expect({
      collectors: data.getUser.account.dataCollectors,
      agent: await ask(`{ testAgentReachability(agentId: "${away}", validationName: "validate_agent") { success } }`),
      store: await ask(`{ testDataStoreReachability(agentId: "${away}") { success } }`),
    }).toEqual({
      collectors: [
        { uuid: here, deploymentType: 'CLOUD_V2', agents: [] },
        { uuid: away, deploymentType: 'REMOTE_V2', agents: [] },
      ],
      agent: { code: 'NOT_FOUND', path: 'agentId' },
      store: { code: 'NOT_FOUND', path: 'agentId' },
    });
  });
});
