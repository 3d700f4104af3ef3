import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../../src/crypto/token.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** Sends bytes as they are and returns everything that came back until the server closed, or stayed silent. */
async function raw(...parts: readonly (string | Buffer)[]): Promise<string> {
  const { port } = new URL(gateway.url);
  return await new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    const chunks: Buffer[] = [];
    const finish = () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.setTimeout(1500, finish);
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', finish);
    socket.on('error', finish);
    for (const part of parts) socket.write(part);
  });
}

const status = (reply: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(reply)?.[1] ?? 0);
const head = (extra: readonly string[] = [], target = '/graphql', method = 'POST') =>
  [
    `${method} ${target} HTTP/1.1`,
    'Host: localhost',
    'Content-Type: application/json',
    `x-mcd-id: ${gateway.owner.id}`,
    `x-mcd-token: ${gateway.owner.secret}`,
    ...extra,
    '',
    '',
  ].join('\r\n');
const BODY = '{"query":"{ __typename }"}';

describe('requests that proxies and servers read differently', () => {
  test.each([
    [
      '#1 content-length beside transfer-encoding',
      () => head([`Content-Length: ${BODY.length}`, 'Transfer-Encoding: chunked']) + BODY,
      400,
    ],
    ['#2 a space before the colon', () => head(['Transfer-Encoding : chunked']) + BODY, 400],
    ['#3 two Host headers', () => head(['Host: other.example', `Content-Length: ${BODY.length}`]) + BODY, 400],
    ['#4 an absolute target', () => head([`Content-Length: ${BODY.length}`], 'http://localhost/graphql') + BODY, 400],
    ['#5 a header of 20 KB', () => head([`X-Long: ${'a'.repeat(20_000)}`]), 431],
    ['#6 a body of 300 KB, by its length', () => head(['Content-Length: 300000']), 413],
    ['TRACE', () => head([], '/graphql', 'TRACE'), 405],
  ])('%s is refused', async (_, bytes, expected) => {
    expect(status(await raw(bytes()))).toBe(expected);
  });

  test('#7 a chunked body of 300 KB is refused, and the connection closed', async () => {
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const reply = await raw(head(['Transfer-Encoding: chunked']), chunk, chunk, chunk, chunk, chunk);
    expect([status(reply), /connection: close/i.test(reply)]).toEqual([413, true]);
  });
});

describe('content types and origins', () => {
  const post = (headers: Record<string, string>, body = BODY) =>
    fetch(`${gateway.url}/graphql`, { method: 'POST', headers: { authorization: `Bearer ${gateway.owner.secret}`, ...headers }, body });

  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/graphql',
    'application/json; charset=utf-16',
  ])('#17-19 %s is refused', async (type) => {
    expect((await post({ 'content-type': type })).status).toBe(415);
  });

  test('#14 a batch is refused', async () => {
    const response = await post({ 'content-type': 'application/json' }, `[${BODY}]`);
    expect(JSON.parse(await response.text()).errors[0].extensions.code).toBe('BAD_REQUEST');
  });

  test('#53 no other origin is allowed, with or without credentials', async () => {
    const response = await post({ 'content-type': 'application/json', origin: 'https://evil.example' });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('#12 every answer may be neither framed, sniffed nor cached', async () => {
    const answers = await Promise.all(['/graphql', '/livez', '/nowhere', '/explorer/session'].map((path) => fetch(gateway.url + path)));
    const missing = answers.filter(
      ({ headers }) =>
        headers.get('cache-control') !== 'no-store' ||
        headers.get('x-content-type-options') !== 'nosniff' ||
        headers.get('x-frame-options') !== 'DENY' ||
        !headers.get('content-security-policy')?.includes("frame-ancestors 'none'"),
    );
    expect(missing.map(({ url }) => url)).toEqual([]);
  });
});

describe('documents that cost too much', () => {
  const code = async (query: string, variables: object = {}) => (await gateway.graphql(query, variables)).errors?.[0]?.extensions.code;

  test('#13 101 aliases of __typename', async () => {
    expect(await code(`{ ${Array.from({ length: 101 }, (_, index) => `a${index}: __typename`).join(' ')} }`)).toBe('LIMIT_EXCEEDED');
  });
  test('#15 one directive ten times', async () => {
    expect(await code(`{ __typename ${'@include(if: true) '.repeat(10)} }`)).toMatch(/LIMIT_EXCEEDED|BAD_REQUEST/);
  });
  test('#16 a misspelt field brings no suggestion', async () => {
    const { text } = await gateway.graphql('{ getUsr { id } }');
    expect([/getUser|did you mean/i.test(text), text.includes('BAD_REQUEST')]).toEqual([false, true]);
  });
  test('#20 depth 30', async () => {
    const deep = `${'account { warehouses { connections { warehouse { connections { '.repeat(1)}${'warehouse { connections { '.repeat(12)}id${' } }'.repeat(12)} } } } } }`;
    expect(await code(`{ getUser { ${deep} } }`)).toBe('LIMIT_EXCEEDED');
  });
  test('#21 fragments that expand to 2^20 fields', async () => {
    const fragments = Array.from({ length: 20 }, (_, index) => `fragment f${index} on Query { ...f${index + 1} ...f${index + 1} }`).join(
      ' ',
    );
    expect(await code(`query { ...f0 } ${fragments} fragment f20 on Query { __typename }`)).toMatch(/LIMIT_EXCEEDED|BAD_REQUEST/);
  });
  test('#22 #24 nesting of 20,000 and 100,000 tokens', async () => {
    expect([await code(`${'{ a '.repeat(20_000)}${'}'.repeat(20_000)}`), await code(`{ ${'a '.repeat(100_000)} }`)]).toEqual([
      'LIMIT_EXCEEDED',
      'LIMIT_EXCEEDED',
    ]);
  });
  test('#23 a list 20,000 deep in the variables', async () => {
    const body = `{"query":"query ($c: [ConnectionTypeEnum]) { getPlatformServices(connectionTypes: $c) { uuid } }","variables":{"c":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.owner.secret}` },
      body,
    });
    expect([response.status < 500, /LIMIT_EXCEEDED|BAD_REQUEST/.test(await response.text())]).toEqual([true, true]);
  });
  test('#25 a string of 100 KB', async () => {
    expect([
      await code('query ($n: String!) { getSupportedValidationsV2(connectionType: $n) { __typename } }', { n: 'a'.repeat(100_000) }),
      await code(`{ getSupportedValidationsV2(connectionType: "${'a'.repeat(100_000)}") { __typename } }`),
    ]).toEqual(['LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
  });
  test('#26 a GET with broken variables', async () => {
    const response = await fetch(`${gateway.url}/graphql?query={__typename}&variables={bad`, {
      headers: { authorization: `Bearer ${gateway.owner.secret}` },
    });
    expect([response.status < 500, /"BAD_REQUEST"/.test(await response.text())]).toEqual([true, true]);
  });
  test('#27 names of the prototype are data or refused, and pollute nothing', async () => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      await gateway.graphql('query ($c: String!) { getSupportedValidationsV2(connectionType: $c) { __typename } }', {
        c: name,
        [name]: { polluted: true },
      });
      await gateway.graphql(
        `mutation { stageConnection(connectionType: "webhook", details: "{\\"${name}\\": {\\"polluted\\": 1}}") { key } }`,
      );
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
  test('#30 pages of -1, 10^9 and a foreign cursor', async () => {
    expect([
      await code('{ connections(first: -1) { edges { cursor } } }'),
      await code('{ connections(first: 1000000000) { edges { cursor } } }'),
      await code('query ($n: Int) { connections(first: $n) { edges { cursor } } }', { n: 1e9 }),
      await code('{ connections(after: "bm9wZQ") { edges { cursor } } }'),
    ]).toEqual(['BAD_REQUEST', 'LIMIT_EXCEEDED', 'BAD_REQUEST', 'BAD_REQUEST']);
  });
  test('an introspection query of a signed-in client passes', async () => {
    const { getIntrospectionQuery } = await import('graphql');
    expect((await gateway.graphql(getIntrospectionQuery())).errors).toBeUndefined();
  });
});

describe('who is calling', () => {
  test('#47 every way to fail has one answer, byte for byte', async () => {
    const revoked = await gateway.token('viewer');
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: revoked.id });
    const answers = await Promise.all([
      gateway.graphql('{ __typename }', {}, null),
      gateway.graphql('{ __typename }', {}, revoked),
      gateway.graphql('{ __typename }', {}, { id: 'x', secret: createToken('svc') }),
      gateway.graphql('{ __typename }', {}, { id: 'x', secret: 'malformed' }),
      gateway.graphql('{ __typename }', {}, { id: revoked.id, secret: gateway.owner.secret }),
      gateway.graphql('{ __typename }', {}, { id: gateway.owner.id, secret: `${gateway.owner.secret.slice(0, -1)}0` }),
    ]);
    expect([new Set(answers.map(({ text }) => text)).size, new Set(answers.map((answer) => answer.status))]).toEqual([1, new Set([401])]);
  });

  test('#48 a foreign id answers like a random one', async () => {
    const { text: random } = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { uuid } }', {
      id: '00000000-0000-7000-8000-000000000001',
    });
    const { text: projectId } = await gateway.graphql('query ($id: UUID!) { connection(id: $id) { uuid } }', { id: gateway.app.projectId });
    expect(projectId).toBe(random);
  });

  test('#50 a token mints none that is wider or outlives it', async () => {
    const { data } = await gateway.graphql(
      'mutation { createToken(name: "short", roles: [owner], expiresInDays: 1) { secret token { id } } }',
    );
    const short = { id: data.createToken.token.id, secret: data.createToken.secret };
    const longer = await gateway.graphql(
      'mutation { createToken(name: "longer", roles: [viewer], expiresInDays: 30) { secret } }',
      {},
      short,
    );
    const inherits = await gateway.graphql('mutation { createToken(name: "same", roles: [viewer]) { token { expiresAt } } }', {}, short);
    expect([longer.errors?.[0]?.extensions.code, inherits.data.createToken.token.expiresAt !== null]).toEqual(['FORBIDDEN', true]);
  });

  test('a session cookie alone is not enough: another site can send it too (#17)', async () => {
    const signIn = await fetch(`${gateway.url}/explorer/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-changeover-csrf': '1' },
      body: JSON.stringify({ token: gateway.owner.secret }),
    });
    const cookie = signIn.headers.get('set-cookie') ?? '';
    const post = async (headers: Record<string, string>) =>
      (
        await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', cookie: cookie.split(';')[0] ?? '', ...headers },
          body: BODY,
        })
      ).status;
    expect([
      signIn.status,
      /HttpOnly; SameSite=Strict/.test(cookie),
      await post({}),
      await post({ 'x-changeover-csrf': '1' }),
      await post({ 'x-changeover-csrf': '1', origin: 'https://evil.example' }),
      await post({ 'x-changeover-csrf': '1', 'sec-fetch-site': 'cross-site' }),
    ]).toEqual([204, true, 403, 200, 403, 403]);
  });

  test("the last owner can't be revoked, by itself or by two owners at once (#51)", async () => {
    const other = await startGateway();
    const second = await other.token('owner');
    const revoke = (id: string, by: { id: string; secret: string }) =>
      other.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id }, by);
    const answers = await Promise.all([revoke(second.id, other.owner), revoke(other.owner.id, second)]);
    const left = await Promise.all([other.owner, second].map(async (token) => (await other.graphql('{ __typename }', {}, token)).status));
    await other.close();
    expect([answers.filter(({ errors }) => errors === undefined).length >= 1, left.filter((one) => one === 200)]).toEqual([true, [200]]);
  });
});

test('/livez, /readyz and /metrics answer without a token, and metrics hold no id', async () => {
  const [live, ready, metrics] = await Promise.all(
    ['/livez', '/readyz', '/metrics'].map(async (path) => await (await fetch(gateway.url + path)).text()),
  );
  expect([live, ready, metrics?.includes('changeover_leases_live 0'), metrics?.includes(gateway.owner.id)]).toEqual([
    '{"status":"ok"}',
    '{"status":"ready"}',
    true,
    false,
  ]);
});
