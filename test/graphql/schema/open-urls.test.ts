import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

const STAGE = 'mutation ($k: String!, $d: JSONString!) { stageConnection(connectionType: $k, details: $d) { key } }';
const HIDDEN = 'CNRYdeadbeef01234567';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const stage = async (kind: string, details: object) => {
  const { errors, text } = await gateway.graphql(STAGE, { k: kind, d: JSON.stringify(details) });
  return { code: errors?.[0]?.extensions.code ?? 'ok', path: errors?.[0]?.extensions.path, told: text.includes(HIDDEN) };
};
const webhook = (url: string) => stage('webhook', { url, signing_secret: 'a signing secret of a webhook' });

test.each([
  `https://user:${HIDDEN}@example.com/hook`,
  `https://${HIDDEN}@example.com/hook`,
  `https://:${HIDDEN}@example.com/hook`,
  `https:///user:${HIDDEN}@example.com/hook`,
  `https://\\user:${HIDDEN}@example.com/hook`,
  `https:\\\\user:${HIDDEN}@example.com/hook`,
  `https:user:${HIDDEN}@example.com/hook`,
  `https://us%65r:${HIDDEN}@example.com/hook`,
  'https://@example.com/hook',
  `https://example.com/hook#${HIDDEN}`,
  `https://example.com/hook?token=${HIDDEN}`,
  `https://example.com/hook?TOKEN=${HIDDEN}`,
  `https://example.com/hook?t%6Fken=${HIDDEN}`,
  `https://example.com/hook?a=1&api_key=short`,
  `https://example.com/hook?a=1&X-Api-Key=short`,
  `https://example.com/hook?sig=x`,
  `https://example.com/hook?code=x`,
  `https://example.com/hook?password=x`,
  `https://example.com/hook?access.token=x`,
  `https://example.com/hook?${HIDDEN}`,
  `https://example.com/hook?x=${HIDDEN}`,
  `https://example.com/hook?next=https://user:${HIDDEN}@example.com`,
  'https://example.com/hook?x=ghp_0123456789abcdefghij',
  'https://example.com/hook?x=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl',
])('a URL that holds what lets somebody in is no setting, and is not quoted: %s', async (url) => {
  expect(await webhook(url)).toEqual({ code: 'BAD_REQUEST', path: 'url', told: false });
});

test.each([
  'https://example.com/hook',
  'https://example.com/hook?room=general&region=eu-west-1',
  'https://example.com/hook?tenant=01a20e09-e595-72fc-9d2a-53e9c4eedb47',
  'https://example.com/a@b',
  'http://127.0.0.1:8080/hook?x=a@b.example',
])('any other is: %s', async (url) => {
  expect(await webhook(url)).toEqual({ code: 'ok', path: undefined, told: false });
});

test('a host is a host alone', async () => {
  const details = { host: `loader:${HIDDEN}@db.example.com`, database: 'sales', user: 'loader', password: 'winter-2025' };
  expect(await stage('postgres', details)).toEqual({ code: 'BAD_REQUEST', path: 'host', told: false });
});
