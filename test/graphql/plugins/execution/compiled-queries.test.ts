import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const details = JSON.stringify({ url: 'https://hooks.example.com/a', signingSecret: 'whsec_c2VjcmV0LW9mLXRoZS10ZXN0' });
  const staged = await gateway.graphql(
    'mutation ($details: JSONString!) { stageConnection(connectionType: "webhook", details: $details) { key } }',
    { details },
  );
  const added = await gateway.graphql(
    'mutation ($key: String!) { addConnection(key: $key, connectionType: "webhook", name: "Hooks", createWarehouseType: "webhook", isActive: false) { connection { uuid } } }',
    staged.data.stageConnection,
  );
  expect(added.errors).toBeUndefined();
});
afterAll(() => gateway.close());

const ID = '00000000-0000-7000-8000-000000000000';
const LISTING =
  'query ($types: [ConnectionTypeEnum], $site: UUID) { getPlatformServices(connectionTypes: $types, serviceUuid: $site) { name connections { name connectionType subtype identifiers createdOn } } }';

test.each([
  ['no variables', '{ getPlatformServices { uuid name connections { uuid name connectionType identifiers } } }', {}],
  ['variables left out', LISTING, {}],
  ['variables that are null', LISTING, { types: null, site: null }],
  ['a list', LISTING, { types: ['TRANSACTIONAL_DB'] }],
  ['one value for a list', LISTING, { types: 'TRANSACTIONAL_DB' }],
  ['a value of the wrong type', LISTING, { site: 'not a uuid' }],
  ['a value that the enum lacks', LISTING, { types: ['NO_SUCH_TYPE'] }],
  ['a required variable left out', 'query ($id: UUID!) { connection(id: $id) { name } }', {}],
  ['an error of a resolver', 'query ($id: UUID!) { connection(id: $id) { name } }', { id: ID }],
  [
    'fragments and directives',
    'query ($with: Boolean!) { getPlatformServices { ...S } } fragment S on PlatformServiceObject { name uuid @include(if: $with) }',
    { with: false },
  ],
  [
    'fragments and other names',
    '{ all: getPlatformServices { ...S } } fragment S on PlatformServiceObject { held: connections { ...C } } fragment C on PlatformServiceConnection { shown: identifiers }',
    {},
  ],
  ['numbers', 'query ($first: Int) { connections(first: $first) { edges { node { name } } } }', { first: '1' }],
  [
    'an object with a variable',
    'query ($active: Boolean) { connections(filter: { active: $active }) { edges { node { name active: isActive } } } }',
    {},
  ],
])('a query that is compiled answers what the complete executor does: %s', async (_, query, variables) => {
  // From its fourth use.
  for (let use = 1; use < 4; use += 1) await gateway.graphql(query, variables);
  // Another text of the same is used once.
  const complete = `${query} `;
  expect((await gateway.graphql(query, variables)).text).toBe((await gateway.graphql(complete, variables)).text);
});
