import fc from 'fast-check';
import { type GraphQLField, type GraphQLObjectType, getNamedType, isLeafType, isListType, isObjectType, isRequiredArgument } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectSame, THROUGH_YOGA } from '../../support/gateway/both-ways.ts';
import { type Answer, startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { rowsRead } from '../../support/store/count-statements.ts';
import { createTestClock } from '../../support/store/services.ts';

/** All of one integration: lists within lists multiply by this. */
const CONNECTIONS = 60;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----\n${'MIIB'.repeat(15_000)}\n-----END CERTIFICATE-----`;

let gateway: TestGateway;
let viewer: TestGateway['owner'];
let warehouse: string;

beforeAll(async () => {
  // The use of a token is noted once a minute, which would be a statement more; this clock stands.
  gateway = await startGateway({ clock: createTestClock() });
  viewer = await gateway.token('viewer');
  // One holds a long text among its settings.
  const first = await addConnection(null, { sslOptions: { caData: CERTIFICATE } });
  ({ uuid: warehouse } = (
    await gateway.graphql('query ($id: UUID!) { connection(id: $id) { warehouse { uuid } } }', { id: first })
  ).data.connection.warehouse);
  for (let index = 1; index < CONNECTIONS; index += 1) await addConnection(warehouse);
});
afterAll(() => gateway.close());

/** A connection that is never proven. */
async function addConnection(dwId: string | null, more: object = {}): Promise<string> {
  const d = JSON.stringify({ host: 'db.example.com', port: 5432, dbName: 'd', user: 'u', password: 'a password', ...more });
  const staged = await gateway.graphql('mutation ($d: JSONString!) { stageConnection(connectionType: "postgres", details: $d) { key } }', {
    d,
  });
  const { data } = await gateway.graphql(
    'mutation ($k: String!, $dw: UUID, $n: String) { addConnection(connectionType: "postgres", key: $k, name: $n, connectionName: "c", dwId: $dw, isActive: false) { connection { uuid } } }',
    { k: staged.data.stageConnection.key, dw: dwId, n: dwId === null ? 'many' : null },
  );
  return data.addConnection.connection.uuid;
}

/** What a viewer is answered. A machine that has other work may make the gateway busy, which is not what is asked here. */
async function ask(query: string, variables: object = {}): Promise<Answer> {
  let answer = await gateway.graphql(query, variables, viewer);
  while (answer.status === 503) answer = await gateway.graphql(query, variables, viewer);
  return answer;
}

/** The first answer, and the one of the fourth time, when the document is compiled. */
async function twice(query: string, variables: object = {}): Promise<readonly [Answer, Answer]> {
  const first = await ask(query, variables);
  for (let use = 2; use < 4; use += 1) await ask(query, variables);
  const last = await ask(query, variables);
  // Yoga's own handler answers the same.
  expectSame(await gateway.graphql(query, variables, viewer, { ...THROUGH_YOGA }), last);
  return [first, last];
}

const codes = (answers: readonly Answer[]) =>
  answers.map(({ data, errors }) => ({ data: data == null ? data : 'some', codes: errors?.map(({ extensions }) => extensions.code) }));
const ENDED = { data: null, codes: ['LIMIT_EXCEEDED'] };

const LEAVES =
  'id uuid name type subtype createdTime createdOn updatedTime updatedOn deletedAt deletionProtection isActive disabledOn jobTypes identifiers resolvedConnectionType connectionTypeDisplayName integrationType kind integrationId data credentialsS3Key iconUrl ctpConfig sqlJobTimeoutMaximum labels allowedDbtCloudEnvironments integrationGatewayCredentialsKey';

/** 60, 3,600, 216,000. */
const NESTED = '{ getWarehouses { connections { warehouse { connections { warehouse { connections { uuid } } } } } } }';

test.each([
  ['lists within lists', NESTED],
  [
    'lists within lists of a page',
    '{ connections(first: 60) { edges { node { warehouse { connections { warehouse { connections { uuid } } } } } } } }',
  ],
  [
    'lists within lists through fragments',
    `{ getWarehouses { connections { warehouse { connections { ...L warehouse { name } } } } } } fragment L on Connection { ${LEAVES} }`,
  ],
  [
    'a list again and again under other names',
    `{ getWarehouses { connections { warehouse { ${Array.from({ length: 14 }, (_, index) => `a${index}: connections { uuid name }`).join(' ')} } } } }`,
  ],
  [
    'long names in the answer',
    `{ getWarehouses { connections { ${Array.from({ length: 15 }, (_, index) => `a${index}${'x'.repeat(6000)}: uuid`).join(' ')} } } }`,
  ],
  ['a long text again and again', '{ getWarehouses { connections { warehouse { connections { settings again: settings } } } } }'],
  [
    'settings of every version again and again',
    `{ getWarehouses { connections { ${Array.from({ length: 14 }, (_, index) => `a${index}: versions { settings }`).join(' ')} warehouse { connections { versions { settings } } } } } }`,
  ],
])('an answer ends where its budget is spent, whole and with one error, compiled or not: %s', async (_, query) => {
  expect(codes(await twice(query))).toEqual([ENDED, ENDED]);
});

test('what fits into the budget is answered: each connection with the connections of its integration', async () => {
  const answers = await twice('{ getWarehouses { connections { uuid warehouse { connections { uuid name isActive createdOn } } } } }');
  expect(
    answers.map(({ data }) =>
      data?.getWarehouses[0].connections.map((one: { warehouse: { connections: [] } }) => one.warehouse.connections.length),
    ),
  ).toEqual([Array(CONNECTIONS).fill(CONNECTIONS), Array(CONNECTIONS).fill(CONNECTIONS)]);
});

test('an execution that is ended reads nothing more, and is not tried again by another executor', async () => {
  await twice(NESTED);
  const rows = await rowsRead(() => ask(NESTED));
  // The token, the integrations and their connections, once each.
  expect({ statements: rows.length, rows: Math.max(...rows) }).toEqual({ statements: 4, rows: CONNECTIONS });
});

test('a mutation whose answer is too large says that it took effect', async () => {
  const rename =
    'mutation ($id: UUID!, $name: String!) { setWarehouseName(dwId: $id, name: $name) { warehouse { connections { warehouse { connections { warehouse { connections { uuid } } } } } } } }';
  const { data, errors } = await gateway.graphql(rename, { id: warehouse, name: 'renamed' });
  const { data: after } = await gateway.graphql('query ($id: UUID!) { getWarehouse(uuid: $id) { name } }', { id: warehouse });
  expect({ data, errors, after }).toEqual({
    data: null,
    errors: [
      {
        message: expect.stringContaining('What setWarehouseName changed is kept.'),
        extensions: expect.objectContaining({ code: 'LIMIT_EXCEEDED', tookEffect: ['setWarehouseName'] }),
      },
    ],
    after: { getWarehouse: { name: 'renamed' } },
  });
});

test('the second mutation of a document is not begun when the answer of the first is too large', async () => {
  const rename =
    'mutation ($id: UUID!, $name: String!) { first: setWarehouseName(dwId: $id, name: $name) { warehouse { connections { warehouse { connections { warehouse { connections { uuid } } } } } } } second: setWarehouseName(dwId: $id, name: "never") { __typename } }';
  const { errors } = await gateway.graphql(rename, { id: warehouse, name: 'kept' });
  const { data: after } = await gateway.graphql('query ($id: UUID!) { getWarehouse(uuid: $id) { name } }', { id: warehouse });
  expect({ tookEffect: errors?.[0]?.extensions.tookEffect, after }).toEqual({
    tookEffect: ['setWarehouseName'],
    after: { getWarehouse: { name: 'kept' } },
  });
});

/** Leaves and objects. */
function valuesOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + valuesOf(one), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + valuesOf(one), 1);
}

/** A selection on a type: as deep as documents may be, with every way from connections to connections likely to be in it. */
function selection(type: GraphQLObjectType, depth: number): fc.Arbitrary<string> {
  const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
  const leaves = fields.filter((field) => isLeafType(getNamedType(field.type)));
  const nested = fields.filter((field) => isObjectType(getNamedType(field.type)) && !field.name.startsWith('jobErrors'));
  const leaf = fc.constantFrom(...leaves.map(({ name }) => name), '__typename');
  if (depth === 0 || nested.length === 0) return fc.uniqueArray(leaf, { minLength: 1, maxLength: 6 }).map((names) => names.join(' '));
  const lists = nested.filter(({ type: of }) => isListType(of) || isListType((of as { ofType?: unknown }).ofType));
  const one = (field: GraphQLField<unknown, unknown>) =>
    // Of an object type, by the filter above.
    selection(getNamedType(field.type) as GraphQLObjectType, depth - 1).map((within) => `${field.name} { ${within} }`);
  const within = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...(lists.length > 0 ? lists : nested)) },
    { weight: 1, arbitrary: fc.constantFrom(...nested) },
  );
  return fc
    .tuple(
      fc.uniqueArray(leaf, { minLength: 1, maxLength: 4 }),
      fc.uniqueArray(within, { minLength: 1, maxLength: 2, selector: ({ name }) => name }),
    )
    .chain(([names, objects]) => fc.tuple(fc.constant(names), ...objects.map(one)))
    .map(([names, ...objects]) => [...names, ...objects].join(' '));
}

test('no document gets more than the budget, whatever it nests', async () => {
  const query = gateway.app.schema.getQueryType();
  const fields = ['getUser', 'getWarehouses', 'connections', 'getPlatformServices'].flatMap((name) => query?.getFields()[name] ?? []);
  const document = fc
    .constantFrom(...fields)
    .chain((field) =>
      fc
        .integer({ min: 2, max: 6 })
        .chain((depth) =>
          selection(getNamedType(field.type) as GraphQLObjectType, depth).map((within) => `{ ${field.name} { ${within} } }`),
        ),
    );
  const seen = { answered: 0, ended: 0 };
  await fc.assert(
    fc.asyncProperty(document, async (text) => {
      for (const { status, data, errors, text: body } of await twice(text)) {
        const code = errors?.[0]?.extensions.code;
        expect({ status, code }).toEqual({ status: 200, code: code === undefined ? undefined : 'LIMIT_EXCEEDED' });
        expect(body.length).toBeLessThanOrEqual(4 * 1024 * 1024);
        expect(valuesOf(data)).toBeLessThanOrEqual(50_000);
        seen[code === undefined ? 'answered' : 'ended'] += 1;
      }
    }),
    // One that is ended and one that is answered are among them, whatever the others are.
    { numRuns: 40, examples: [[NESTED], ['{ getWarehouses { uuid } }']] },
  );
  expect({ answered: seen.answered > 0, ended: seen.ended > 0 }).toEqual({ answered: true, ended: true });
}, 120_000);

test('connections with long settings stand in their place among the others, with what identifies them', async () => {
  const services = async (fields: string) =>
    (await ask(`{ getPlatformServices { connections { uuid ${fields} } } }`)).data.getPlatformServices[0].connections;
  const identified = await services('identifiers');
  const { data } = await ask('{ getUser { account { warehouses { connections { uuid connectionIdentifiers { value } } } } } }');
  const ofUser = data.getUser.account.warehouses[0].connections;
  const uuids = (rows: readonly { uuid: string }[]) => rows.map(({ uuid }) => uuid);
  const bare = uuids(await services('name'));
  expect({
    bare: bare.length,
    identified: uuids(identified),
    ofUser: uuids(ofUser),
    first: identified[0].identifiers,
    firstOfUser: ofUser[0].connectionIdentifiers.map(({ value }: { value: string }) => value),
  }).toEqual({
    bare: CONNECTIONS,
    identified: bare,
    ofUser: bare,
    first: expect.objectContaining({ host: 'db.example.com' }),
    firstOfUser: expect.arrayContaining(['db.example.com']),
  });
});
