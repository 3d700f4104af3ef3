import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURES_PER_MINUTE } from '../../src/admission/failed-login-throttle.ts';
import { createToken } from '../../src/crypto/token.ts';
import { ACCESS_TTL_MS } from '../../src/domain/token/access-term.ts';
import { openStream } from '../support/gateway/event-stream.ts';
import { startGateway, type TestGateway, type TestToken } from '../support/gateway/gateway.ts';
import { type ProtocolBench, startProtocol } from '../support/protocol/protocol.ts';

let bench: ProtocolBench;
let gateway: TestGateway;
beforeAll(async () => {
  bench = await startProtocol(null);
  gateway = bench.gateway;
});
afterAll(() => bench.close());

async function bearerOf({ id, secret }: TestToken, at = gateway): Promise<string> {
  const response = await fetch(`${at.url}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

const ask = async (query: string, bearer: string) => {
  const { data, errors } = await gateway.graphql(query, {}, null, { authorization: `Bearer ${bearer}` });
  return errors?.[0]?.extensions.code ?? data;
};

const statusOf = async (at: TestGateway, secret: string) =>
  (await at.graphql('{ __typename }', {}, null, { authorization: `Bearer ${secret}` })).status;

describe('where too many logins of an address fail (#52)', () => {
  test('every bearer of a token that was good before still passes', async () => {
    const at = await startGateway({ clock: bench.clock });
    const first = await bearerOf(at.owner, at);
    bench.clock.advance(1000);
    const second = await bearerOf(at.owner, at);
    const before = [await statusOf(at, first), await statusOf(at, second)];
    // Each of another token, until those that were not seen yet are put off, too.
    await Promise.all(Array.from({ length: 2 * FAILURES_PER_MINUTE }, () => statusOf(at, createToken('svc'))));
    const after = [await statusOf(at, first), await statusOf(at, second)];
    await at.close();
    expect({ before, after }).toEqual({ before: [200, 200], after: [200, 200] });
  });

  test('what has not the form of a token stands in the way of no bearer', async () => {
    const at = await startGateway();
    const bearer = await bearerOf(at.owner, at);
    const refused = await Promise.all(Array.from({ length: FAILURES_PER_MINUTE + 20 }, (_, index) => statusOf(at, `rubbish-${index}`)));
    const passes = await statusOf(at, bearer);
    await at.close();
    expect({ isPutOff: refused.includes(429), passes }).toEqual({ isPutOff: true, passes: 200 });
  });
});

/** Who stole a bearer has it for a quarter of an hour, and gets nothing that lasts longer. */
describe('what a bearer was used for ends with it', () => {
  test('it signs no browser in', async () => {
    const response = await fetch(`${gateway.url}/explorer/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-changeover-csrf': '1' },
      body: JSON.stringify({ token: await bearerOf(gateway.owner) }),
    });
    expect({ status: response.status, cookie: response.headers.get('set-cookie') }).toEqual({ status: 401, cookie: null });
  });

  test('a token that it makes ends when it does, and one that is there gets no new rights', async () => {
    const bearer = await bearerOf(gateway.owner);
    const viewer = await gateway.token('viewer');
    const made = (await ask('mutation { createToken(name: "made", roles: [owner]) { token { createdAt expiresAt } } }', bearer)) as {
      createToken: { token: { createdAt: string; expiresAt: string } };
    };
    const { createdAt, expiresAt } = made.createToken.token;
    expect({
      lasts: Date.parse(expiresAt) - Date.parse(createdAt),
      aDay: await ask('mutation { createAccessToken(expirationInDays: 1) { accessToken { id } } }', bearer),
      widened: await ask(
        `mutation { createOrUpdateServiceApiToken(tokenId: "${viewer.id}", groups: ["owner"]) { accessToken { id } } }`,
        bearer,
      ),
    }).toEqual({ lasts: ACCESS_TTL_MS, aDay: 'FORBIDDEN', widened: 'FORBIDDEN' });
  });

  test.each(['subscription { events { type } }', 'subscription { validationProgress(connectionId: "%") { status } }'])(
    'a stream is told nothing more: %s',
    async (subscription) => {
      const connectionId = await bench.add();
      const stream = await openStream(gateway, subscription.replace('%', connectionId), {}, null, {
        authorization: `Bearer ${await bearerOf(gateway.owner)}`,
      });
      bench.clock.advance(ACCESS_TTL_MS);
      // Whatever happens has the rights looked at again.
      await bench.stage(connectionId, 'a secret that is staged after the bearer');
      expect((await stream.answer()).errors?.[0].extensions.code).toBe('UNAUTHENTICATED');
    },
  );
});
