import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURES_PER_MINUTE } from '../../../src/admission/failed-login-throttle.ts';
import { createToken } from '../../../src/crypto/token.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const status = async (at: TestGateway, secret: string, headers: Record<string, string> = {}) =>
  (
    await fetch(`${at.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${secret}`, ...headers },
      body: '{"query":"{ __typename }"}',
    })
  ).status;

describe('who is calling', () => {
  test('#47 every way to fail has one answer, byte for byte', async () => {
    const revoked = await gateway.token('viewer');
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: revoked.id });
    const answers = await Promise.all([
      gateway.graphql('{ __typename }', {}, null),
      gateway.graphql('{ __typename }', {}, revoked),
      gateway.graphql('{ __typename }', {}, { id: 'x', secret: createToken('svc') }),
      gateway.graphql('{ __typename }', {}, { id: 'x', secret: createToken('tmp') }),
      gateway.graphql('{ __typename }', {}, { id: 'x', secret: 'malformed' }),
      gateway.graphql('{ __typename }', {}, { id: revoked.id, secret: gateway.owner.secret }),
      gateway.graphql(
        '{ __typename }',
        {},
        { id: gateway.owner.id, secret: gateway.owner.secret.replace(/.$/, (last) => (last === '0' ? '1' : '0')) },
      ),
      gateway.graphql('not even a document', {}, null),
    ]);
    expect({ answers: new Set(answers.map(({ text }) => text)).size, statuses: new Set(answers.map((answer) => answer.status)) }).toEqual({
      answers: 1,
      statuses: new Set([401]),
    });
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
    const admin = await gateway.token('admin');
    const wider = await gateway.graphql('mutation { createToken(name: "wider", roles: [owner]) { secret } }', {}, admin);
    expect({
      longer: longer.errors?.[0]?.extensions.code,
      isBounded: inherits.data.createToken.token.expiresAt !== null,
      wider: wider.errors?.[0]?.extensions.code,
    }).toEqual({ longer: 'FORBIDDEN', isBounded: true, wider: 'FORBIDDEN' });
  });

  test('#50 nor gives one that outlives it new rights', async () => {
    const { data } = await gateway.graphql(
      'mutation { createToken(name: "short", roles: [owner], expiresInDays: 1) { secret token { id } } }',
    );
    const short = { id: data.createToken.token.id, secret: data.createToken.secret };
    const endless = await gateway.token('editor');
    const give = async (groups: string, days = '') => {
      const answer = await gateway.graphql(
        `mutation { createOrUpdateServiceApiToken(tokenId: "${endless.id}", groups: ["${groups}"]${days}) { accessToken { id } } }`,
        {},
        short,
      );
      return answer.errors?.[0]?.extensions.code ?? 'ok';
    };
    expect({ more: await give('owner'), longer: await give('viewer', ', expirationInDays: 2'), fewer: await give('viewer') }).toEqual({
      more: 'FORBIDDEN',
      longer: 'FORBIDDEN',
      fewer: 'ok',
    });
  });

  test("#51 the last owner can't be revoked, by itself or by two owners at once", async () => {
    const other = await startGateway();
    const second = await other.token('owner');
    const revoke = (id: string, by: { id: string; secret: string }) =>
      other.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id }, by);
    const answers = await Promise.all([revoke(second.id, other.owner), revoke(other.owner.id, second)]);
    const left = await Promise.all([other.owner, second].map(async (token) => (await other.graphql('{ __typename }', {}, token)).status));
    await other.close();
    expect({
      isOneEnded: answers.filter(({ errors }) => errors === undefined).length >= 1,
      left: left.filter((one) => one === 200),
    }).toEqual({ isOneEnded: true, left: [200] });
  });
});

describe('#52 failed logins', () => {
  test('put their address off before its token is looked up, and no other address', async () => {
    const proxied = await startGateway({ settings: { CHANGEOVER_TRUST_PROXY: '127.0.0.1' } });
    const { findByHash } = proxied.app.services.store.read.tokens;
    let lookups = 0;
    Object.assign(proxied.app.services.store.read.tokens, {
      findByHash: (hash: Buffer) => {
        lookups += 1;
        return findByHash(hash);
      },
    });
    const attacker = { 'x-forwarded-for': '198.51.100.7' };
    const bad = createToken('svc');
    const failed = await Promise.all(Array.from({ length: FAILURES_PER_MINUTE }, () => status(proxied, bad, attacker)));
    const before = lookups;
    const repeated = await Promise.all(Array.from({ length: 50 }, () => status(proxied, bad, attacker)));
    const asked = lookups - before;
    const others = await status(proxied, proxied.owner.secret, { 'x-forwarded-for': '198.51.100.8' });
    await proxied.close();
    expect({ failed: new Set(failed), repeated: new Set(repeated), asked, others }).toEqual({
      failed: new Set([401]),
      repeated: new Set([429]),
      asked: 0,
      others: 200,
    });
  });

  test('lock nobody out who shares the address: who signed in before, by token or by session, still does', async () => {
    const other = await startGateway();
    const known = await other.token('viewer');
    const signedIn = await fetch(`${other.url}/explorer/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-changeover-csrf': '1' },
      body: JSON.stringify({ token: other.owner.secret }),
    });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const session = () => fetch(`${other.url}/explorer/session`, { headers: { cookie, 'x-changeover-csrf': '1' } });
    const before = [await status(other, known.secret), (await session()).status];
    // Each of another token: the address is put off, and so are tokens that were not seen yet, but for a few.
    const floods = await Promise.all(Array.from({ length: 2 * FAILURES_PER_MINUTE }, () => status(other, createToken('svc'))));
    const after = [await status(other, known.secret), (await session()).status, await status(other, other.owner.secret)];
    await other.close();
    expect({ before, refused: floods.every((one) => one === 401 || one === 429), after }).toEqual({
      before: [200, 200],
      refused: true,
      after: [200, 200, 200],
    });
  });

  test('a token whose checksum is wrong is refused without the store', async () => {
    const other = await startGateway();
    await other.app.services.store.close();
    const answers = [
      await status(other, 'chg_svc_0000000000000000000000000000000000000000000000000'),
      await status(other, createToken('tmp')),
    ];
    await other.close();
    expect(answers).toEqual([401, 401]);
  });
});
