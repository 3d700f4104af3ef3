import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askBothWays } from '../../support/gateway/both-ways.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const code = async (query: string, variables: object = {}) => (await askBothWays(gateway, query, variables)).errors?.[0]?.extensions.code;

describe('documents that cost too much are refused', () => {
  test('#13 16 aliases, of whatever', async () => {
    const aliased = (count: number) => `{ ${Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ')} }`;
    expect({ sixteen: await code(aliased(16)), fifteen: await code(aliased(15)) }).toEqual({
      sixteen: 'LIMIT_EXCEEDED',
      fifteen: undefined,
    });
  });

  test('#15 one directive many times, more directives than the documents of tools have', async () => {
    expect({
      manyOnOne: await code(`{ __typename ${'@include(if: true) '.repeat(21)} }`),
      onTooMany: await code(`{ ${'__typename @include(if: true) '.repeat(21)} }`),
      onTwenty: await code(`{ ${'__typename @include(if: true) '.repeat(20)} }`),
    }).toEqual({ manyOnOne: 'LIMIT_EXCEEDED', onTooMany: 'LIMIT_EXCEEDED', onTwenty: undefined });
  });

  test('#16 a misspelt field brings no suggestion', async () => {
    const { text } = await gateway.graphql('{ getUsr { id } }');
    expect({ suggests: /getUser|did you mean/i.test(text), isRefused: text.includes('BAD_REQUEST') }).toEqual({
      suggests: false,
      isRefused: true,
    });
  });

  test('#20 depth 30', async () => {
    const deep = `account { warehouses { ${'connections { warehouse { '.repeat(14)}name${' } }'.repeat(14)} } }`;
    expect(await code(`{ getUser { ${deep} } }`)).toBe('LIMIT_EXCEEDED');
  });

  test('#20 depth 30, through fragments', async () => {
    const fragments = Array.from(
      { length: 14 },
      (_, index) => `fragment f${index} on Connection { warehouse { connections { ...f${index + 1} } } }`,
    ).join(' ');
    expect(
      await code(`{ getUser { account { warehouses { connections { ...f0 } } } } } ${fragments} fragment f14 on Connection { name }`),
    ).toBe('LIMIT_EXCEEDED');
  });

  test('#21 fragments that expand to 2^20 fields, and one that holds itself', async () => {
    const fragments = Array.from({ length: 20 }, (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`).join(
      ' ',
    );
    expect({
      chain: await code(`query { ...f0 } ${fragments} fragment f20 on Query { __typename }`),
      circle: await code('query { ...f } fragment f on Query { ...g } fragment g on Query { ...f }'),
    }).toEqual({ chain: 'LIMIT_EXCEEDED', circle: expect.stringMatching(/LIMIT_EXCEEDED|BAD_REQUEST/) });
  });

  test('#22 #24 nesting of 20,000 and 100,000 tokens', async () => {
    expect({ deep: await code(`${'{ a '.repeat(20_000)}${'}'.repeat(20_000)}`), wide: await code(`{ ${'a '.repeat(100_000)} }`) }).toEqual({
      deep: 'LIMIT_EXCEEDED',
      wide: 'LIMIT_EXCEEDED',
    });
  });

  test('#23 a list or object 20,000 deep in the variables, or in the document', async () => {
    const post = async (variables: string) => {
      const response = await fetch(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.owner.secret}` },
        body: `{"query":"query ($c: [ConnectionTypeEnum]) { getPlatformServices(connectionTypes: $c) { uuid } }","variables":${variables}}`,
      });
      return JSON.parse(await response.text()).errors[0].extensions.code;
    };
    expect({
      arrays: await post(`{"c":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
      objects: await post(`{"c":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`),
      literal: await code(`{ getPlatformServices(connectionTypes: ${'['.repeat(20_000)}${']'.repeat(20_000)}) { uuid } }`),
    }).toEqual({ arrays: 'LIMIT_EXCEEDED', objects: 'LIMIT_EXCEEDED', literal: 'LIMIT_EXCEEDED' });
  });

  test('#25 a string of 100 KB and a list of 501, wherever they stand', async () => {
    const long = 'a'.repeat(100_000);
    const supported = 'query ($n: String!) { getSupportedValidationsV2(connectionType: $n) { __typename } }';
    const listed = 'query ($c: [ConnectionTypeEnum]) { getPlatformServices(connectionTypes: $c) { uuid } }';
    expect({
      variable: await code(supported, { n: long }),
      unusedVariable: await code(supported, { n: 'a', other: { nested: [{ deep: long }] } }),
      literal: await code(`{ getSupportedValidationsV2(connectionType: "${long}") { __typename } }`),
      blockLiteral: await code(`{ getSupportedValidationsV2(connectionType: """${long}""") { __typename } }`),
      listInVariable: await code(listed, { c: Array(501).fill('POSTGRES') }),
      listInDocument: await code(`{ getPlatformServices(connectionTypes: [${'POSTGRES '.repeat(501)}]) { uuid } }`),
    }).toEqual({
      variable: 'LIMIT_EXCEEDED',
      unusedVariable: 'LIMIT_EXCEEDED',
      literal: 'LIMIT_EXCEEDED',
      blockLiteral: 'LIMIT_EXCEEDED',
      listInVariable: 'LIMIT_EXCEEDED',
      listInDocument: 'LIMIT_EXCEEDED',
    });
  });

  test('#30 pages of -1, none, 10^9 and a foreign cursor', async () => {
    const paged = 'query ($n: Int, $after: String) { connections(first: $n, after: $after) { edges { cursor } } }';
    expect({
      negative: await code('{ connections(first: -1) { edges { cursor } } }'),
      none: await code('{ connections(first: 0) { edges { cursor } } }'),
      huge: await code('{ connections(first: 1000000000) { edges { cursor } } }'),
      hugeInVariable: await code(paged, { n: 1e9 }),
      oneTooMany: await code(paged, { n: 101 }),
      negativeInVariable: await code(paged, { n: -1 }),
      noCursor: await code(paged, { after: 'bm9wZQ' }),
      foreignCursor: await code(paged, { after: Buffer.from("1/' or 1=1 --").toString('base64url') }),
    }).toEqual({
      negative: 'BAD_REQUEST',
      none: 'BAD_REQUEST',
      huge: 'LIMIT_EXCEEDED',
      hugeInVariable: 'BAD_REQUEST',
      oneTooMany: 'BAD_REQUEST',
      negativeInVariable: 'BAD_REQUEST',
      noCursor: 'BAD_REQUEST',
      foreignCursor: 'BAD_REQUEST',
    });
  });
});

describe('pages cost what they may hold', () => {
  const pages = (count: number, page: string) =>
    Array.from({ length: count }, (_, index) => `a${index}: connections${page} { edges { node { uuid } } }`).join(' ');
  test.each<[string, string, object, string | undefined]>([
    ['fifteen pages whose size is a variable', `query ($f: Int) { ${pages(15, '(first: $f)')} }`, { f: 100 }, 'LIMIT_EXCEEDED'],
    ['their size as a text', `query ($f: Int) { ${pages(15, '(first: $f)')} }`, { f: '100' }, 'LIMIT_EXCEEDED'],
    ['their size as a default', `query ($f: Int = 100) { ${pages(15, '(first: $f)')} }`, {}, 'LIMIT_EXCEEDED'],
    ['a default that is not used', `query ($f: Int = 100) { ${pages(15, '(first: $f)')} }`, { f: 1 }, undefined],
    ['a size that is left out', `query ($f: Int) { ${pages(15, '')} }`, {}, 'LIMIT_EXCEEDED'],
    ['a size whose variable is left out', `query ($f: Int) { ${pages(13, '(first: $f)')} }`, {}, undefined],
    ['one page written again and again', `{ ${'connections(first: 100) { edges { node { uuid } } } '.repeat(15)} }`, {}, 'LIMIT_EXCEEDED'],
    [
      'a page in a fragment that is spread again and again',
      `{ ${'...P '.repeat(15)} } fragment P on Query { connections(first: 100) { edges { node { uuid } } } }`,
      {},
      'LIMIT_EXCEEDED',
    ],
    [
      'pages within pages whose sizes are variables',
      'query ($f: Int, $v: Int) { connections(first: $f) { edges { node { versions(first: $v) { version } } } } }',
      { f: 100, v: 100 },
      'LIMIT_EXCEEDED',
    ],
    ['three pages', `query ($f: Int) { ${pages(3, '(first: $f)')} }`, { f: 100 }, undefined],
  ])('%s', async (_, query, variables, expected) => {
    const answer = await askBothWays(gateway, query, variables);
    expect({ code: answer.errors?.[0]?.extensions.code, executed: answer.data !== undefined }).toEqual({
      code: expected,
      executed: expected === undefined,
    });
  });
});

describe('introspection', () => {
  test('passes for a client that is signed in, as deep as tools ask', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    expect((await gateway.graphql(getIntrospectionQuery({ inputValueDeprecation: true, oneOf: true }))).errors).toBeUndefined();
  });

  test('is refused without a token', async () => {
    expect((await gateway.graphql('{ __schema { types { name } } }', {}, null)).status).toBe(401);
  });

  test('that multiplies itself is refused', async () => {
    const nested = `${'fields { type { '.repeat(6)}name${' } }'.repeat(6)}`;
    expect(await code(`{ __schema { types { ${nested} } } }`)).toMatch(/LIMIT_EXCEEDED|BAD_REQUEST/);
  });
});

test('#27 names of the prototype are data or refused, and pollute nothing', async () => {
  const statuses: number[] = [];
  for (const name of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']) {
    const documents: [string, object?][] = [
      ['query ($c: String!) { getSupportedValidationsV2(connectionType: $c) { __typename } }', { c: name, [name]: { polluted: true } }],
      [`mutation { stageConnection(connectionType: "webhook", details: "{\\"${name}\\": {\\"polluted\\": 1}}") { key } }`],
      [`{ ${name} }`],
      [`{ ${name}: __typename }`],
      [`query ${name} { __typename }`],
      [`query ($${name}: String) { __typename }`, { [name]: 'x' }],
      [`{ getPlatformServices(connectionTypes: ${name}) { uuid } }`],
      [`{ getPlatformServices(${name}: 1) { uuid } }`],
    ];
    for (const [query, variables = {}] of documents)
      statuses.push((await gateway.graphql(query, variables, gateway.owner, { [name]: 'x' })).status);
  }
  expect({
    statuses: new Set(statuses),
    polluted: ({} as Record<string, unknown>).polluted,
    isUntouched: Object.getPrototypeOf({}) === Object.prototype,
  }).toEqual({ statuses: new Set([200]), polluted: undefined, isUntouched: true });
});
