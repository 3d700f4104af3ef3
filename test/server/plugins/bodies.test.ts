import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSame, THROUGH_YOGA } from '../../support/gateway/both-ways.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const BODY = '{"query":"{ __typename }"}';
const send = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>) =>
  fetch(`${gateway.url}/graphql`, { method: 'POST', headers: { authorization: `Bearer ${gateway.owner.secret}`, ...headers }, body });
/** Down both ways, which answer the same. */
async function post(body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = { 'content-type': 'application/json' }) {
  const short = await send(body, headers);
  const long = await send(body, { ...headers, ...THROUGH_YOGA });
  expectSame(
    { status: long.status, headers: long.headers, text: await long.text() },
    { status: short.status, headers: short.headers, text: await short.clone().text() },
  );
  return short;
}
const refusal = async (response: Response) => [
  response.status,
  (JSON.parse(await response.text()) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code,
];

describe('content types', () => {
  test.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/graphql',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'application/json5',
  ])('#17-19 %s is refused', async (type) => {
    expect(await refusal(await post(BODY, { 'content-type': type }))).toEqual([415, 'UNSUPPORTED_TYPE']);
  });
});

describe('JSON', () => {
  // After JSONTestSuite: what must not be read as JSON (n_), in the shape of our requests.
  test.each([
    '{"query":"{ __typename }",}',
    "{'query':'{ __typename }'}",
    '{query:"{ __typename }"}',
    '{"query":"{ __typename }"} x',
    '{"query":"{ __typename }"}{}',
    '{"query":"{ __typename }" "a":1}',
    '{"query":"\\x41"}',
    '{"query":"\t"}',
    '{"query":"a","variables":{"n":01}}',
    '{"query":"a","variables":{"n":+1}}',
    '{"query":"a","variables":{"n":.5}}',
    '{"query":"a","variables":{"n":0x10}}',
    '{"query":"a","variables":{"n":NaN}}',
    '{"query":"a","variables":{"n":1e}}',
    '{"query":"a","variables":[1,]}',
    '{"query":"a"/**/}',
    '{"query":"a\\"}',
    '[',
    '',
    ' ',
    'null',
    '"query"',
    '1',
    `[${BODY}]`,
    '['.repeat(100_000),
    '{"a":'.repeat(40_000),
  ])('#11 #14 what is not one JSON object is refused: %.40s', async (body) => {
    expect(await refusal(await post(body))).toEqual([400, 'BAD_REQUEST']);
  });

  test.each([
    '{"query":"{ __typename }","query":"{ getUser { id } }"}',
    '{"query":"{ __typename }","variables":{"a":{"password":1,"password":2}}}',
    '{"query":"{ __typename }","\\u0071uery":"{ getUser { id } }"}',
    '{"query":"{ __typename }","variables":{"__proto__":1,"__proto__":2}}',
  ])('#10 a name that is given twice is refused: %s', async (body) => {
    expect(await refusal(await post(body))).toEqual([400, 'BAD_REQUEST']);
  });

  test.each([
    ' \n\t{"query":"{ __typename }"}\r\n',
    '\ufeff{"query":"{ __typename }"}',
    '{"query":"{ __typename }","variables":{"é":"\\ud83d\\ude00","":"","a\\"b\\\\":": \\" :","n":-0.0e+10}}',
    '{"query":"{ __typename }","variables":null,"operationName":null,"extensions":{}}',
    '{"\\u0071uery":"{ __typename }"}',
    '{"query":"{ __typename }","variables":{"l":[[[],{}],[{"a":1},{"a":1}]]}}',
  ])('#11 what is JSON is read: %s', async (body) => {
    expect(JSON.parse(await (await post(body)).text())).toEqual({ data: { __typename: 'Query' } });
  });

  test('bytes that are not UTF-8 are refused', async () => {
    expect(await refusal(await post(new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])))).toEqual([400, 'BAD_REQUEST']);
  });
});

describe('an upload far over the limit', () => {
  const SIZE = 20 * 1024 * 1024;
  const head = (length: string) =>
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: Bearer ${gateway.owner.secret}\r\n${length}\r\n\r\n`;
  const chunked = () => {
    const chunk = `100000\r\n${'a'.repeat(1_048_576)}\r\n`;
    return [head('Transfer-Encoding: chunked'), ...Array<string>(20).fill(chunk), '0\r\n\r\n'];
  };

  test.each<[string, () => readonly string[]]>([
    ['its length said before', () => [head(`Content-Length: ${SIZE}`), 'a'.repeat(SIZE)]],
    ['in chunks', chunked],
  ])('gets its answer, %s, though the client sends all of it before it reads', async (_, parts) => {
    const { port } = new URL(gateway.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    const failed = new Promise<never>((_resolve, reject) => socket.once('error', reject));
    socket.pause();
    for (const part of parts()) if (!socket.write(part)) await Promise.race([once(socket, 'drain'), failed]);
    const answer = await Promise.race([socket.toArray(), failed]);
    socket.destroy();
    const text = Buffer.concat(answer).toString('utf8');
    expect({ status: text.slice(0, 12), closes: /connection: close/i.test(text), code: text.includes('"TOO_LARGE"') }).toEqual({
      status: 'HTTP/1.1 413',
      closes: true,
      code: true,
    });
  });

  test('is refused for a token that nobody knows, too', async () => {
    const response = await post('a'.repeat(SIZE), { 'content-type': 'application/json', authorization: 'Bearer nobody' });
    expect(await refusal(response)).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('GET', () => {
  const get = (query: string, rest = '') =>
    fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}${rest}`, {
      headers: { authorization: `Bearer ${gateway.owner.secret}` },
    });

  test('#26 broken variables', async () => {
    expect(await refusal(await get('{ __typename }', '&variables={bad'))).toEqual([400, 'BAD_REQUEST']);
  });

  test.each([
    'mutation { releaseLease(leaseKey: "x") { id } }',
    ',, mutation { releaseLease(leaseKey: "x") { id } }',
    '\ufeffmutation { releaseLease(leaseKey: "x") { id } }',
    '# a comment\r mutation { releaseLease(leaseKey: "x") { id } }',
    'fragment f on Lease { id } mutation { releaseLease(leaseKey: "x") { ...f } }',
  ])('a mutation is refused, however it begins: %s', async (query) => {
    const response = await get(query);
    expect({ allow: response.headers.get('allow'), refusal: await refusal(response) }).toEqual({
      allow: 'POST',
      refusal: [405, 'METHOD_NOT_ALLOWED'],
    });
  });

  test('a mutation is refused beside a query, too', async () => {
    expect(
      await refusal(await get('query a { __typename } mutation b { releaseLease(leaseKey: "x") { id } }', '&operationName=b')),
    ).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });
});
