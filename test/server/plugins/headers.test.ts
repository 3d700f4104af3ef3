import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { sendRaw } from '../../support/gateway/raw-http.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const ROUTES = [
  '/graphql',
  '/livez',
  '/readyz',
  '/metrics',
  '/',
  '/nowhere',
  '/explorer',
  '/explorer/',
  '/explorer/session',
  '/explorer/..%2f..%2fpackage.json',
  '/%zz',
];

test('#12 no answer of any route may be framed, sniffed, cached or tell where it was called from', async () => {
  const answers = await Promise.all(ROUTES.map((path) => fetch(gateway.url + path, { redirect: 'manual' })));
  const missing = answers.filter(
    ({ headers }) =>
      headers.get('cache-control') !== 'no-store' ||
      headers.get('x-content-type-options') !== 'nosniff' ||
      headers.get('x-frame-options') !== 'DENY' ||
      headers.get('referrer-policy') !== 'no-referrer' ||
      headers.get('cross-origin-resource-policy') !== 'same-origin' ||
      headers.get('x-powered-by') !== null ||
      headers.get('server') !== null ||
      !headers.get('content-security-policy')?.includes("default-src 'none'") ||
      !headers.get('content-security-policy')?.includes("frame-ancestors 'none'"),
  );
  expect(missing.map(({ url }) => url)).toEqual([]);
});

test('F10 the pages load nothing from another origin', async () => {
  const response = await fetch(`${gateway.url}/explorer/`);
  expect({ status: response.status, hasPolicy: (await response.text()).match(/(?:src|href)="(?:https?:)?\/\/[^"]*"/g) }).toEqual({
    status: 200,
    hasPolicy: null,
  });
});

test('#53 no other origin is allowed, with or without credentials, asked for beforehand or not', async () => {
  const allowed = await Promise.all(
    ['POST', 'OPTIONS'].map(async (method) => {
      const { headers } = await fetch(`${gateway.url}/graphql`, {
        method,
        headers: {
          origin: 'https://evil.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-changeover-csrf',
          authorization: `Bearer ${gateway.owner.secret}`,
          'content-type': 'application/json',
        },
        ...(method === 'POST' ? { body: '{"query":"{ __typename }"}' } : {}),
      });
      return [...headers.keys()].filter((name) => name.startsWith('access-control'));
    }),
  );
  expect(allowed).toEqual([[], []]);
});

test('a request id is the one that was sent only where it is harmless', async () => {
  const idOf = async (sent: string) =>
    (await fetch(`${gateway.url}/livez`, { headers: { 'x-mcd-trace-id': sent } })).headers.get('x-request-id');
  expect({
    harmless: await idOf('trace-1.a'),
    markup: (await idOf('<script>'))?.length,
    long: (await idOf('x'.repeat(65)))?.length,
  }).toEqual({ harmless: 'trace-1.a', markup: 36, long: 36 });
});

test.each([`/explorer/${'a'.repeat(300)}`, '/explorer/../../package.json', '/explorer//index.html', '/explorer/./index.html'])(
  'no file is there under a path that files do not have: %s',
  async (path) => {
    const { status, body } = await sendRaw(gateway.url, [`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`]);
    expect({ status, code: JSON.parse(body).errors[0].extensions.code }).toEqual({ status: 404, code: 'NOT_FOUND' });
  },
);

test('a path that is not well-formed is refused as every other bad request, and the gateway goes on', async () => {
  const response = await fetch(`${gateway.url}/%zz`);
  const { errors } = (await response.json()) as { errors: { extensions: { code: string; path: string } }[] };
  expect({
    status: response.status,
    code: errors[0]?.extensions.code,
    path: errors[0]?.extensions.path,
    hasId: response.headers.has('x-request-id'),
    alive: (await fetch(`${gateway.url}/livez`)).status,
  }).toEqual({ status: 400, code: 'BAD_REQUEST', path: 'url', hasId: true, alive: 200 });
});
