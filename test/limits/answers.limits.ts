import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COLLECT_ON_SIGNAL, type GatewayProcess, startGatewayProcess } from '../support/gateway/gateway-process.ts';
import { createLoad } from './load.ts';
import { peakMegabytes, probing, residentMegabytes, usedMegabytes } from './probing.ts';

/** Of one integration: 310 times 310 of them is what a query of 205 bytes asked for. */
const IN_ONE = 310;
const CONNECTIONS = 1000;

let gateway: GatewayProcess;
let viewer: { readonly id: string; readonly secret: string };
beforeAll(async () => {
  gateway = await startGatewayProcess({
    shedsLoad: true,
    preloads: [COLLECT_ON_SIGNAL],
    settings: { CHANGEOVER_CONNECTIONS_PER_ADDRESS: '2000', CHANGEOVER_LOG_LEVEL: 'silent' },
  });
  const load = createLoad(gateway);
  viewer = await load.token('viewer');
  const first = await add(null, 'many');
  const other = await add(null, 'other');
  for (let index = 2; index < CONNECTIONS; index += 1) await add(index < IN_ONE + 1 ? first : other, null);
  // Whatever is loaded and made once is there when it is measured.
  for (let time = 0; time < 20; time += 1) await load.ask(viewer, GET_USER);
}, 600_000);
afterAll(() => gateway.end('SIGKILL'));

/** A connection that is never proven; the integration that it is in. */
async function add(warehouse: string | null, name: string | null, to: GatewayProcess = gateway, more: object = {}): Promise<string> {
  const load = createLoad(to);
  const d = JSON.stringify({ host: 'db.example.com', port: 5432, dbName: 'sales', user: 'loader', password: 'a password', ...more });
  const staged = JSON.parse(
    (
      await load.ask(to.owner, 'mutation ($d: JSONString!) { stageConnection(connectionType: "postgres", details: $d) { key } }', {
        d,
      })
    ).text,
  );
  const added = JSON.parse(
    (
      await load.ask(
        to.owner,
        'mutation ($k: String!, $dw: UUID, $n: String) { addConnection(connectionType: "postgres", key: $k, name: $n, connectionName: "c", dwId: $dw, isActive: false) { connection { warehouse { uuid } } } }',
        { k: staged.data.stageConnection.key, dw: warehouse, n: name },
      )
    ).text,
  );
  return added.data.addConnection.connection.warehouse.uuid;
}

/** What a query costs others, when it comes first and when it comes again. */
async function costOf(of: GatewayProcess, token: typeof viewer, query: string) {
  const load = createLoad(of);
  const before = residentMegabytes(of);
  let longest = 0;
  const most = await peakMegabytes(of, async () => {
    longest = await probing(of, async () => {
      for (let time = 0; time < 3; time += 1) await load.ask(token, query);
    });
  });
  return { stalled: longest > 250, grew: most - before > 64 };
}

/** What the lead API's command line sends before each command. */
const GET_USER =
  '{ getUser { firstName lastName account { uuid activeCollectionRegions warehouses { uuid name connectionType isDeleted connections { uuid type createdOn jobTypes isActive disabledOn connectionIdentifiers { key value } } dataCollector { uuid customerAwsRegion } } bi { uuid name connections { uuid type } dataCollector { uuid } } etlContainers { uuid name connections { uuid type } } tableauAccounts { uuid dataCollector { uuid } } dataCollectors { uuid stackArn active customerAwsAccountId templateProvider templateVariant templateVersion codeVersion lastUpdated agents { uuid agentType platform storageType endpoint createdTime isDeleted imageVersion lastUpdatedTime } } } } }';
const FIELDS =
  'uuid name type subtype createdOn updatedOn isActive deletionProtection kind integrationType connectionTypeDisplayName resolvedConnectionType';
const aliases = (count: number, text: string) => Array.from({ length: count }, (_, index) => `a${index}: ${text}`).join(' ');

const ATTACKS: readonly (readonly [string, string])[] = [
  ['lists within lists', `{ getWarehouses { connections { warehouse { connections { ${FIELDS} } } } } }`],
  [
    'lists within lists within lists',
    '{ getWarehouses { connections { warehouse { connections { warehouse { connections { uuid } } } } } } }',
  ],
  ['as many connections as there may be values', `{ ${aliases(3, `getWarehouses { connections { ${FIELDS} } }`)} }`],
  ['the same list under many names', `{ ${aliases(15, 'getWarehouses { connections { uuid } }')} }`],
  ['the whole listing under many names', `{ ${aliases(9, 'getPlatformServices { connections { uuid name identifiers } }')} }`],
  ['versions of every connection', `{ getWarehouses { connections { ${aliases(3, 'versions { version settings createdAt }')} } } }`],
  ['schemas of every kind', `{ ${aliases(15, 'connectors { kind jsonSchema }')} }`],
  [
    'introspection under many names',
    `{ ${aliases(8, '__schema { types { name description fields { name description args { name } type { name kind } } } }')} }`,
  ],
];

test('the largest honest listing is answered', async () => {
  const load = createLoad(gateway);
  const answers = [
    await load.ask(viewer, GET_USER),
    await load.ask(viewer, '{ getPlatformServices { connections { uuid name connectionType identifiers } } }'),
  ];
  const counts = answers.map(({ text }) => text.match(/"uuid":/g)?.length ?? 0);
  expect({ refused: answers.some(({ text }) => text.includes('"errors"')), all: counts.every((count) => count >= CONNECTIONS) }).toEqual({
    refused: false,
    all: true,
  });
});

describe('no request of a reader stalls others for 250 ms, or takes more than 64 MB', () => {
  test.each([['the largest honest listing', GET_USER] as const, ...ATTACKS])('%s', async (_, query) => {
    expect(await costOf(gateway, viewer, query)).toEqual({ stalled: false, grew: false });
  });
});

describe('settings that are as long as settings may be', () => {
  const LONG = '-----BEGIN CERTIFICATE-----\n'.concat('MIIB'.repeat(15_000), '\n-----END CERTIFICATE-----');
  let long: GatewayProcess;
  let reader: typeof viewer;
  beforeAll(async () => {
    long = await startGatewayProcess({
      shedsLoad: true,
      settings: { CHANGEOVER_CONNECTIONS_PER_ADDRESS: '2000', CHANGEOVER_LOG_LEVEL: 'silent' },
    });
    reader = await createLoad(long).token('viewer');
    const first = await add(null, 'long', long, { sslOptions: { caData: LONG } });
    for (let index = 1; index < 400; index += 1) await add(first, null, long, { sslOptions: { caData: LONG } });
    // The engine makes room for young objects as it is needed, once, and keeps it: an honest listing of the same rows is enough for that.
    for (let time = 0; time < 20; time += 1)
      await createLoad(long).ask(reader, '{ getPlatformServices { connections { uuid identifiers } } }');
  }, 600_000);
  afterAll(() => long.end('SIGKILL'));

  test.each([
    ['of every connection', '{ getWarehouses { connections { uuid kind } } }'],
    ['shown', '{ getWarehouses { connections { uuid settings } } }'],
    ['in the listing', '{ getPlatformServices { connections { uuid identifiers } } }'],
    ['in pages', `{ ${aliases(15, 'changes(first: 100) { edges { node { id } } }')} }`],
  ])('%s, stall nobody and take no more', async (_, query) => {
    expect(await costOf(long, reader, query)).toEqual({ stalled: false, grew: false });
  });
});

test.each([
  ['once or twice', 2400, (index: number) => 1 + (index % 2)],
  ['five times', 1000, () => 5],
])('thousands of documents that are sent %s leave no more than 64 MB', async (_, count, uses) => {
  const load = createLoad(gateway);
  const send = async (from: number, to: number) => {
    for (let index = from; index < to; index += 1) {
      const query = `query Q${index}_${count} { connections(first: 1) { edges { node { ${`${FIELDS} `.repeat(40)} } } } a${index}: getUser { id email } }`;
      for (let use = 0; use < uses(index); use += 1) await load.ask(viewer, query);
    }
  };
  await send(0, 200);
  const before = await usedMegabytes(gateway);
  await send(200, 200 + count);
  expect((await usedMegabytes(gateway)) - before).toBeLessThan(64);
});
