import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_CODES } from '../../../src/domain/errors/errors.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { sendRaw } from '../../support/gateway/raw-http.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const BODY = '{"query":"{ __typename }"}';
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
const LENGTH = `Content-Length: ${BODY.length}`;

describe('requests that proxies and servers read differently', () => {
  test.each<[string, () => string, number]>([
    ['#1 content-length beside transfer-encoding', () => head([LENGTH, 'Transfer-Encoding: chunked']) + BODY, 400],
    ['#1 two lengths', () => head([LENGTH, 'Content-Length: 3']) + BODY, 400],
    ['#2 a space before the colon', () => head(['Transfer-Encoding : chunked']) + BODY, 400],
    ['a header folded over two lines', () => head(['X-Folded: one\r\n two']) + BODY, 400],
    ['a bare line feed', () => 'GET /livez HTTP/1.1\nHost: localhost\n\n', 400],
    ['no Host', () => 'GET /livez HTTP/1.1\r\n\r\n', 400],
    ['#3 two Host headers', () => head(['Host: other.example', LENGTH]) + BODY, 400],
    ['#4 an absolute target', () => head([LENGTH], 'http://localhost/graphql') + BODY, 400],
    ['#5 a header of 20 KB', () => head([`X-Long: ${'a'.repeat(20_000)}`]), 431],
    ['a head of 40 KB', () => head([`X-Long: ${'a'.repeat(40_000)}`]), 431],
    ['a target of 16,385 characters', () => head([], `/${'a'.repeat(16_384)}`), 400],
    ['101 headers', () => head([...Array(96).fill('X-One: 1'), LENGTH]) + BODY, 400],
    ['a chunk of a broken size', () => `${head(['Transfer-Encoding: chunked'])}zz\r\n`, 400],
    ['TRACE', () => head([], '/graphql', 'TRACE'), 405],
    ['#6 a body of 300 KB, by its length alone', () => head(['Content-Length: 300000']), 413],
  ])('%s is refused, as everything is: coded JSON that is neither cached, sniffed nor framed (O8)', async (_, bytes, expected) => {
    const reply = await sendRaw(gateway.url, [bytes()]);
    const missing = [/content-type: application\/json/i, /cache-control: no-store/i, /nosniff/i, /frame-ancestors 'none'/i].filter(
      (header) => !header.test(reply.head),
    );
    const code = (JSON.parse(reply.body) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code ?? '';
    expect({ status: reply.status, missing, allowed: Object.hasOwn(ERROR_CODES, code) }).toEqual({
      status: expected,
      missing: [],
      allowed: true,
    });
  });

  test('#7 a chunked body of 300 KB is refused, and the connection closed', async () => {
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    const reply = await sendRaw(gateway.url, [head(['Transfer-Encoding: chunked']), chunk, chunk, chunk, chunk, chunk]);
    expect({ status: reply.status, saysClose: /connection: close/i.test(reply.head), closed: reply.closed }).toEqual({
      status: 413,
      saysClose: true,
      closed: true,
    });
  });

  test('a target of 16 KiB is read beside many headers', async () => {
    const target = `/graphql?${'a'.repeat(16_375)}`;
    const reply = await sendRaw(gateway.url, [head([`X-Long: ${'a'.repeat(15_000)}`, LENGTH, 'Connection: close'], target) + BODY]);
    expect(reply.status).toBe(200);
  });

  test('100 headers are read', async () => {
    const reply = await sendRaw(gateway.url, [head([...Array(94).fill('X-One: 1'), LENGTH, 'Connection: close']) + BODY]);
    expect(reply.status).toBe(200);
  });

  test('CONNECT opens nothing, and an upgrade is not taken (#54)', async () => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Origin: https://evil.example'];
    const connect = await sendRaw(gateway.url, ['CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: x\r\n\r\n']);
    expect({
      connect: connect.status,
      closed: connect.closed,
      upgrade: (await sendRaw(gateway.url, [head(upgrade, '/graphql', 'GET')])).status,
    }).toEqual({ connect: 405, closed: true, upgrade: 400 });
  });

  test('what is malformed behind a request is no answer to it: the request gets its own, and then the connection ends', async () => {
    const reply = await sendRaw(gateway.url, [`${head([LENGTH])}${BODY}MALFORMED\r\n\r\n`], 'closed');
    const second = /HTTP\/1\.1 (\d{3})/.exec(reply.body);
    expect({
      first: reply.status,
      isAnswered: reply.body.startsWith('{"data":{"__typename":"Query"}}'),
      second: second?.[1],
      closed: reply.closed,
    }).toEqual({ first: 200, isAnswered: true, second: '400', closed: true });
  });

  test('what follows a refused body is not taken for a request', async () => {
    const smuggled = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const reply = await sendRaw(gateway.url, [head(['Content-Length: 300000']) + smuggled]);
    expect({ status: reply.status, body: reply.body.includes('"ok"') }).toEqual({ status: 413, body: false });
  });
});
