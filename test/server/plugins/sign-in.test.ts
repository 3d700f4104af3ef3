import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURES_PER_MINUTE } from '../../../src/admission/failed-login-throttle.ts';
import { createToken } from '../../../src/crypto/token.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
let proxied: TestGateway;
beforeAll(async () => {
  [gateway, proxied] = await Promise.all([startGateway(), startGateway({ settings: { CHANGEOVER_TRUST_PROXY: '127.0.0.1' } })]);
});
afterAll(() => Promise.all([gateway.close(), proxied.close()]));

const CSRF = { 'x-changeover-csrf': '1' };
const signIn = (at: TestGateway, headers: Record<string, string> = CSRF, token: unknown = at.owner.secret) =>
  fetch(`${at.url}/explorer/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
const ask = async (at: TestGateway, cookie: string, headers: Record<string, string>) =>
  (
    await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, ...headers },
      body: '{"query":"{ __typename }"}',
    })
  ).status;

describe('a browser session', () => {
  test('its cookie alone is not enough: another site can send that, too (#17-19)', async () => {
    const response = await signIn(gateway);
    const cookie = response.headers.get('set-cookie') ?? '';
    const session = cookie.split(';')[0] ?? '';
    expect({
      status: response.status,
      attributes: attributesOf(cookie),
      cookieAlone: await ask(gateway, session, {}),
      withHeader: await ask(gateway, session, CSRF),
      foreign: await ask(gateway, session, { ...CSRF, origin: 'https://evil.example' }),
      opaque: await ask(gateway, session, { ...CSRF, origin: 'null' }),
      crossSite: await ask(gateway, session, { ...CSRF, 'sec-fetch-site': 'cross-site' }),
      sameSite: await ask(gateway, session, { ...CSRF, 'sec-fetch-site': 'same-site' }),
      ownOrigin: await ask(gateway, session, { ...CSRF, 'sec-fetch-site': 'same-origin', origin: gateway.url }),
    }).toEqual({
      status: 204,
      attributes: ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict'],
      cookieAlone: 403,
      withHeader: 200,
      foreign: 403,
      opaque: 403,
      crossSite: 403,
      sameSite: 403,
      ownOrigin: 200,
    });
  });

  test('no other site signs a browser in or out', async () => {
    const foreign = { ...CSRF, origin: 'https://evil.example' };
    expect({
      plain: (await signIn(gateway, {})).status,
      foreign: (await signIn(gateway, foreign)).status,
      signOut: (await fetch(`${gateway.url}/explorer/session`, { method: 'DELETE', headers: foreign })).status,
    }).toEqual({ plain: 403, foreign: 403, signOut: 403 });
  });

  test('ends when it is signed out, and with its token', async () => {
    const token = await gateway.token('viewer');
    const [one = '', other = ''] = await Promise.all(
      [0, 1].map(async () => (await signIn(gateway, CSRF, token.secret)).headers.get('set-cookie')?.split(';')[0]),
    );
    await fetch(`${gateway.url}/explorer/session`, { method: 'DELETE', headers: { ...CSRF, cookie: one } });
    const afterSignOut = [await ask(gateway, one, CSRF), await ask(gateway, other, CSRF)];
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: token.id });
    expect({ afterSignOut, afterRevocation: await ask(gateway, other, CSRF) }).toEqual({ afterSignOut: [401, 200], afterRevocation: 401 });
  });

  test.each([[1], [null], [{ secret: 'x' }], [''], ['chg_pat_x']])('a token of %j is refused as any other', async (token) => {
    const response = await signIn(gateway, CSRF, token);
    expect({ status: response.status, retryAfter: response.headers.get('set-cookie') }).toEqual({ status: 401, retryAfter: null });
  });

  test('over TLS, as a trusted proxy says, its cookie can be neither set nor sent by another host', async () => {
    const cookie = (await signIn(proxied, { ...CSRF, 'x-forwarded-proto': 'https' })).headers.get('set-cookie') ?? '';
    const session = cookie.split(';')[0] ?? '';
    const planted = session.replace('__Host-', '');
    const https = { ...CSRF, 'x-forwarded-proto': 'https' };
    expect({
      cookie: { name: session.split('=')[0], attributes: attributesOf(cookie) },
      secure: await ask(proxied, session, https),
      planted: await ask(proxied, planted, https),
    }).toEqual({
      cookie: { name: '__Host-changeover_session', attributes: ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict', 'Secure'] },
      secure: 200,
      planted: 401,
    });
  });

  test('#9 who is no trusted proxy does not change what we believe of the connection', async () => {
    const cookie = (await signIn(gateway, { ...CSRF, 'x-forwarded-proto': 'https' })).headers.get('set-cookie') ?? '';
    expect({ name: cookie.split('=')[0], attributes: attributesOf(cookie) }).toEqual({
      name: 'changeover_session',
      attributes: ['HttpOnly', 'Max-Age=43200', 'Path=/', 'SameSite=Strict'],
    });
  });

  test('of more than ten of one token the oldest ends, and its audit says so', async () => {
    const token = await gateway.token('viewer');
    const cookies: string[] = [];
    for (let signedIn = 0; signedIn < 12; signedIn += 1)
      cookies.push((await signIn(gateway, CSRF, token.secret)).headers.get('set-cookie')?.split(';')[0] ?? '');
    const statuses = await Promise.all(cookies.map((cookie) => ask(gateway, cookie, CSRF)));
    const { data } = await gateway.graphql(
      '{ auditLog(filter: { actions: ["session.end"] }, first: 100) { edges { node { actorName } } } }',
    );
    expect({ statuses, ended: data.auditLog.edges.length >= 2 }).toEqual({ statuses: [401, 401, ...Array(10).fill(200)], ended: true });
  });

  test('is not made without bound: a token that signs in too often is put off, and makes no row', async () => {
    const token = await gateway.token('viewer');
    const answers = await Promise.all(Array.from({ length: 40 }, () => signIn(gateway, CSRF, token.secret)));
    const refused = answers.filter(({ status }) => status === 429);
    const made = answers.filter(({ status }) => status === 204).length;
    expect({
      all: refused.length + made,
      few: made < 25,
      retry: refused.every(({ headers }) => headers.get('retry-after') !== null),
    }).toEqual({
      all: 40,
      few: true,
      retry: true,
    });
  });

  test('is not guessed at: who fails to sign in too often is put off', async () => {
    const other = { 'x-forwarded-for': '198.51.100.9' };
    const guess = () => signIn(proxied, { ...CSRF, ...other }, createToken('pat'));
    const statuses: number[] = [];
    for (let guessed = 0; guessed < FAILURES_PER_MINUTE + 20; guessed += 1) statuses.push((await guess()).status);
    expect({ first: statuses[0], last: statuses.at(-1), own: (await signIn(proxied)).status }).toEqual({ first: 401, last: 429, own: 204 });
  });
});

/** In no order. */
function attributesOf(cookie: string): readonly string[] {
  return cookie.split('; ').slice(1).sort();
}
