import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURES_PER_MINUTE } from '../../src/admission/failed-login-throttle.ts';
import { createToken } from '../../src/crypto/token.ts';
import { ACCESS_TTL_MS } from '../../src/domain/token/access-term.ts';
import { startGateway, type TestGateway, type TestToken } from '../support/gateway/gateway.ts';
import { createTestClock } from '../support/store/services.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const GRANT = 'grant_type=client_credentials';
const clock = createTestClock();
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ clock });
});
afterAll(() => gateway.close());

const basic = ({ id, secret }: TestToken) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });

async function exchange(headers: Record<string, string>, body: string, at = gateway) {
  const response = await fetch(`${at.url}/oauth2/token`, { method: 'POST', headers: { ...FORM, ...headers }, body });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

async function bearerOf(token: TestToken): Promise<string> {
  return (await exchange(basic(token), GRANT)).body.access_token;
}

/** The role of the bearer, or the status. */
async function roleOf(bearer: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, data } = await gateway.graphql('{ getUser { role } }', {}, null, { authorization: `Bearer ${bearer}`, ...headers });
  return data?.getUser?.role ?? String(status);
}

describe('client credentials', () => {
  test('a token is exchanged for a short-lived bearer with its rights, by either way that clients send it', async () => {
    const token = await gateway.token('editor');
    const asked = await exchange(basic(token), `${GRANT}&scope=https%3A%2F%2Fapi.getmontecarlo.com%2Faccess`);
    const inForm = await exchange({}, `${GRANT}&client_id=${token.id}&client_secret=${token.secret}`);
    expect({
      status: asked.status,
      body: asked.body,
      store: asked.headers.get('cache-control'),
      showsSecret: asked.text.includes(token.secret),
      role: await roleOf(asked.body.access_token),
      inForm: await roleOf(inForm.body.access_token),
      withId: await roleOf(asked.body.access_token, { 'x-mcd-id': token.id }),
      withOtherId: await roleOf(asked.body.access_token, { 'x-mcd-id': gateway.owner.id }),
    }).toEqual({
      status: 200,
      body: { access_token: expect.stringMatching(/^chg_oat_/), token_type: 'Bearer', expires_in: 900, scope: 'editor' },
      store: 'no-store',
      showsSecret: false,
      role: 'editor',
      inForm: 'editor',
      withId: 'editor',
      withOtherId: '401',
    });
  });

  test('the bearer ends by its time, and with its token at once', async () => {
    const [ended, revoked] = [await gateway.token('viewer'), await gateway.token('viewer')];
    const [first, second] = [await bearerOf(ended), await bearerOf(revoked)];
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: revoked.id });
    const before = [await roleOf(first), await roleOf(second)];
    clock.advance(ACCESS_TTL_MS);
    expect({ before, after: await roleOf(first), fresh: await roleOf(await bearerOf(ended)) }).toEqual({
      before: ['viewer', '401'],
      after: '401',
      fresh: 'viewer',
    });
  });

  test('a bearer that was altered in any place is nobody, and is exchanged for no other', async () => {
    const bearer = await bearerOf(gateway.owner);
    const roles = [];
    for (let place = 8; place < bearer.length; place += 7)
      roles.push(await roleOf(`${bearer.slice(0, place)}${bearer[place] === 'A' ? 'B' : 'A'}${bearer.slice(place + 1)}`));
    const again = await exchange(basic({ id: gateway.owner.id, secret: bearer }), GRANT);
    expect({ roles: [...new Set(roles)], again: again.status }).toEqual({ roles: ['401'], again: 401 });
  });

  test.each([
    { what: 'no credentials', headers: {}, body: GRANT, status: 401, error: 'invalid_client' },
    {
      what: 'an unknown token',
      headers: basic({ id: 'a', secret: createToken('svc') }),
      body: GRANT,
      status: 401,
      error: 'invalid_client',
    },
    { what: 'another scheme', headers: { authorization: 'Digest x' }, body: GRANT, status: 401, error: 'invalid_client' },
    { what: 'another grant', headers: {}, body: 'grant_type=password', status: 400, error: 'unsupported_grant_type' },
    { what: 'no grant', headers: {}, body: '', status: 400, error: 'invalid_request' },
    { what: 'a grant without a value', headers: {}, body: 'grant_type=&scope=a', status: 400, error: 'invalid_request' },
    { what: 'a name twice', headers: {}, body: `${GRANT}&${GRANT}`, status: 400, error: 'invalid_request' },
    { what: 'JSON', headers: { 'content-type': 'application/json' }, body: '{}', status: 415, error: 'invalid_request' },
    { what: 'a long form', headers: {}, body: `${GRANT}&scope=${'a'.repeat(20_000)}`, status: 413, error: 'invalid_request' },
  ])('$what is $status $error', async ({ headers, body, status, error }) => {
    const answer = await exchange(headers as Record<string, string>, body);
    expect({
      status: answer.status,
      error: answer.body.error,
      says: typeof answer.body.error_description,
      challenge: answer.headers.get('www-authenticate') !== null,
    }).toEqual({ status, error, says: 'string', challenge: status === 401 });
  });

  test('the credentials count once: in Basic authentication or in the form', async () => {
    const { owner } = gateway;
    const both = await exchange(basic(owner), `${GRANT}&client_id=${owner.id}&client_secret=${owner.secret}`);
    const otherId = await exchange(basic(owner), `${GRANT}&client_id=another`);
    expect({ both: both.status, otherId: otherId.status }).toEqual({ both: 400, otherId: 401 });
  });

  test('an exchange stands in the audit, without the bearer, as a login of the lead API', async () => {
    const token = await gateway.token('viewer');
    const bearer = await bearerOf(token);
    const { data, text } = await gateway.graphql(
      '{ getAccountAuditLogs(startTime: "2020-01-01T00:00:00Z", eventTypes: [USER_LOGIN], first: 1) { records { apiName eventType apiCallReferences } } }',
    );
    expect({ records: data.getAccountAuditLogs.records, shown: text.includes(bearer) }).toEqual({
      records: [{ apiName: 'token.exchange', eventType: 'USER_LOGIN', apiCallReferences: JSON.stringify({ tokenId: token.id }) }],
      shown: false,
    });
  });

  test('a form that is too large is told the limit of forms, whether its length is given or not', async () => {
    const body = `${GRANT}&scope=${'x'.repeat(16_384)}`;
    const unmeasured = await fetch(`${gateway.url}/oauth2/token`, {
      method: 'POST',
      headers: FORM,
      body: new Blob([body]).stream(),
      duplex: 'half',
    } as RequestInit);
    const measured = await exchange({}, body);
    const refusal = { status: 413, body: { error: 'invalid_request', error_description: 'The body has more than 16384 bytes.' } };
    expect({
      measured: { status: measured.status, body: measured.body },
      unmeasured: { status: unmeasured.status, body: await unmeasured.json() },
    }).toEqual({ measured: refusal, unmeasured: refusal });
  });

  test('an address whose exchanges fail too often is put off, and a form is read nowhere else (#52)', async () => {
    const throttled = await startGateway({ clock });
    try {
      let last = 0;
      for (let tries = 0; tries <= FAILURES_PER_MINUTE + 20; tries += 1)
        last = (await exchange(basic({ id: 'a', secret: `rubbish ${tries}` }), GRANT, throttled)).status;
      const form = await fetch(`${throttled.url}/graphql`, {
        method: 'POST',
        headers: { ...FORM, authorization: `Bearer ${throttled.owner.secret}` },
        body: 'query={__typename}',
      });
      expect({ last, form: form.status }).toEqual({ last: 429, form: 415 });
    } finally {
      await throttled.close();
    }
  });
});
