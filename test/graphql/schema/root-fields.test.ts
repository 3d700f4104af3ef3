import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const checksSoFar = async () =>
  (await gateway.graphql('{ auditLog(filter: { actions: ["storage.check"] }) { edges { node { id } } } }')).data.auditLog.edges.length;

const UNKNOWN = '01a20e09-e595-72fc-9d2a-53e9c4eedb47';

test.each([
  ['beside an error', '{ testStorageAccess { success } connection(id: "$id") { id } }', 1],
  ['beside an error that comes first', '{ connection(id: "$id") { id } testStorageAccess { success } }', 1],
  ['under two names', '{ one: testStorageAccess { success } two: testStorageAccess { success } connection(id: "$id") { id } }', 2],
  ['in a fragment', '{ ...F connection(id: "$id") { id } } fragment F on Query { testStorageAccess { success } }', 1],
])('a query with an effect has it once in each request, whichever executor answers: %s', async (_, document, effects) => {
  const query = document.replace('$id', UNKNOWN);
  const before = await checksSoFar();
  const had: number[] = [];
  // From its second use it is compiled.
  for (let use = 0; use < 3; use += 1) {
    await gateway.graphql(query);
    had.push((await checksSoFar()) - before);
  }
  expect(had).toEqual([effects, 2 * effects, 3 * effects]);
});

test.each([
  ['subscription { __typename }', 'The field "__typename" is not valid.'],
  ['subscription S { getUser { id } }', 'There is no field "getUser" on Subscription.'],
])('a subscription of what is no event is refused: %s', async (query, expected) => {
  const { status, errors, data } = await gateway.graphql(query);
  expect({ status, code: errors?.[0]?.extensions.code, message: errors?.[0]?.message, data }).toEqual({
    status: 200,
    code: 'BAD_REQUEST',
    message: expected,
    data: undefined,
  });
});

test.each<[string, string, string | null, string | undefined]>([
  ['none of several', 'query A { __typename } query B { __typename }', 'C', 'BAD_REQUEST'],
  ['none, where a name is needed', 'query A { __typename } query B { __typename }', null, 'BAD_REQUEST'],
  ['none of several that are not all queries', 'query A { __typename } mutation B { __typename }', 'a', 'BAD_REQUEST'],
  ['one of several', 'query A { __typename } query B { __typename }', 'B', undefined],
  // Clients of the lead API send the name of the field.
  ['another than the only one has', 'query A { __typename }', 'getUser', undefined],
])('an operation is found by its name: %s', async (_, query, operationName, expected) => {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.owner.secret}` },
    body: JSON.stringify({ query, operationName }),
  });
  const { errors } = (await response.json()) as { errors?: readonly { readonly extensions: { readonly code: string } }[] };
  expect(errors?.[0]?.extensions.code).toBe(expected);
});
