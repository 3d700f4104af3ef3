import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { THROUGH_YOGA } from '../support/gateway/both-ways.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

interface Asked {
  readonly query: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: unknown;
}

interface Told {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

const UNKNOWN = '00000000-0000-7000-8000-000000000000';
const nested = (levels: number): string => (levels === 0 ? 'name' : `ofType { ${nested(levels - 1)} }`);

/** Documents and bodies of every kind that is told apart: each goes down both ways. */
const CORPUS: Readonly<Record<string, Asked>> = {
  'a query': { query: '{ __typename getPlatformServices { name uuid } }' },
  'a query with variables and a fragment': {
    query: 'query ($site: UUID) { getPlatformServices(serviceUuid: $site) { ...S } } fragment S on PlatformServiceObject { name }',
    variables: { site: null },
  },
  'an introspection': { query: '{ __schema { queryType { name } types { name kind fields { name } } } }' },
  'an anonymous operation under a name': { query: '{ __typename }', operationName: 'Anything' },
  'one of two operations': { query: 'query A { __typename } query B { getPlatformServices { name } }', operationName: 'B' },
  'none of two operations': { query: 'query A { __typename } query B { __typename }' },
  'an operation that is not there': { query: 'query A { __typename } query B { __typename }', operationName: 'C' },
  'a resolver that fails': { query: 'query ($id: UUID!) { connection(id: $id) { name } }', variables: { id: UNKNOWN } },
  'one field of two that fails': { query: `{ __typename connection(id: "${UNKNOWN}") { name } }` },
  'a mutation that fails': { query: `mutation { revokeToken(id: "tok_unknown") { success } }` },
  'a field that is not there': { query: '{ getPlatformServices { nonsense } }' },
  'an argument that is not there': { query: '{ getPlatformServices(nonsense: 1) { name } }' },
  'text that is no document': { query: '{ getPlatformServices { name }' },
  'no text': { query: '' },
  'no query': { query: undefined },
  'a query that is a number': { query: 7 },
  'variables that are a list': { query: '{ __typename }', variables: [] },
  'extensions that are text': { query: '{ __typename }', extensions: 'x' },
  'a variable of the wrong type': { query: 'query ($id: UUID!) { connection(id: $id) { name } }', variables: { id: { a: 1 } } },
  'a variable that is left out': { query: 'query ($id: UUID!) { connection(id: $id) { name } }' },
  'a variable of ill-formed text': { query: 'query ($t: String) { __typename @skip(if: false) }', variables: { t: '\ud800' } },
  'a variable that is too long': { query: 'query ($t: String) { __typename }', variables: { t: 'x'.repeat(70_000) } },
  'sixteen aliases': { query: `{ ${Array.from({ length: 16 }, (_, at) => `a${at}: __typename`).join(' ')} }` },
  'too many levels': {
    query: `{ __schema { types { ${nested(12)} } } connections { edges { node { warehouse { connections { warehouse { connections { warehouse { uuid } } } } } } } } }`,
  },
  'too many tokens': { query: `{ ${'__typename '.repeat(1100)} }` },
  'too many directives': { query: `{ __typename ${'@skip(if: false) '.repeat(6)} }` },
  'too many objects': {
    query: `{ ${Array.from({ length: 15 }, (_, at) => `a${at}: connections(first: 100) { edges { node { versions { version } } } }`).join(' ')} }`,
  },
  'a fragment within itself': { query: '{ ...F } fragment F on Query { __typename ...F }' },
  'a member that nobody knows': { query: '{ __typename }', ...{ nonsense: { deep: true } } },
};

async function ask(asked: object, headers: Readonly<Record<string, string>> = {}): Promise<Told> {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-mcd-id': gateway.owner.id, 'x-mcd-token': gateway.owner.secret, ...headers },
    body: JSON.stringify(asked),
  });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
}

const STRICT = { accept: 'application/graphql-response+json' };

describe('a request gets the same answer down both ways: the short one, and that of Yoga', () => {
  test.each(Object.entries(CORPUS))('%s', async (_, asked) => {
    // The second time as compiled code, where it is compiled.
    for (const time of ['first', 'second']) {
      const short = await ask(asked);
      const long = await ask(asked, STRICT);
      // Whoever would take a stream as well is told what whoever takes JSON alone is, with the same status.
      expect(await ask(asked, THROUGH_YOGA)).toEqual(short);
      expect({ time, body: long.body, type: long.type }).toEqual({
        time,
        body: short.body,
        // What is refused before it is known to be a request of GraphQL is told in plain JSON.
        type: short.status === 200 ? 'application/graphql-response+json; charset=utf-8' : 'application/json; charset=utf-8',
      });
      const { data, errors } = short.body as { readonly data?: unknown; readonly errors?: readonly unknown[] };
      const expected = errors === undefined || data !== undefined ? 200 : 400;
      expect({ time, long: long.status, short: short.status }).toEqual({ time, long: expected, short: short.status });
    }
  });

  test.each(Object.entries(CORPUS).filter(([, { query }]) => typeof query === 'string' && query.startsWith('{')))(
    'by GET: %s',
    async (_, { query, operationName }) => {
      const asked = new URLSearchParams({
        query: String(query),
        ...(operationName === undefined ? {} : { operationName: String(operationName) }),
      });
      const response = await fetch(`${gateway.url}/graphql?${asked}`, {
        headers: { 'x-mcd-id': gateway.owner.id, 'x-mcd-token': gateway.owner.secret },
      });
      const short = await ask({ query, operationName });
      expect({ status: response.status, body: await response.json() }).toEqual({ status: short.status, body: short.body });
    },
  );

  test('a repeat under an idempotency id gets the recorded answer, whichever way each of them comes', async () => {
    const asked = { query: 'mutation { createToken(name: "both ways", roles: [VIEWER]) { token { id } } }' };
    const once = { 'x-mcd-idempotent-id': 'both-ways' };
    const first = await ask(asked, once);
    const second = await ask(asked, { ...once, ...STRICT });
    expect({ status: second.status, body: second.body }).toEqual({ status: 200, body: first.body });
  });

  test('a mutation by GET is refused with the method that it needs', async () => {
    const asked = new URLSearchParams({ query: 'mutation { revokeToken(id: "x") { success } }' });
    const response = await fetch(`${gateway.url}/graphql?${asked}`, {
      headers: { 'x-mcd-id': gateway.owner.id, 'x-mcd-token': gateway.owner.secret },
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect({ status: response.status, allow: response.headers.get('allow'), code: errors[0]?.extensions.code }).toEqual({
      status: 405,
      allow: 'POST',
      code: 'METHOD_NOT_ALLOWED',
    });
  });
});
