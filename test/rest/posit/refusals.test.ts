import { expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { ACCESS_TTL_MS } from '../../../src/domain/token/access-term.ts';
import { startGateway } from '../../support/gateway/gateway.ts';
import { rest } from '../../support/gateway/rest-client.ts';
import { createTestClock } from '../../support/store/services.ts';
import { INTEGRATIONS, positWorld } from './posit-world.ts';

const world = positWorld();
const { ask, create } = world;
const GROUP = '0d4c1e52-6a0b-4a53-9d7e-2b1f4c7a9e10';
const USER = '/__api__/v1/user';

const POLICY =
  'mutation ($id: UUID!, $p: ConnectionPolicyInput!) { setConnectionPolicy(connectionId: $id, policy: $p) { connection { uuid } } }';
const ACQUIRE = 'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "nightly") { key } }';
const RELEASE = 'mutation ($k: String!) { releaseLease(leaseKey: $k) { id } }';

test('a change while a job holds a lease goes through, and is 409 where an administrator set REFUSE, until the job has ended', async () => {
  const { guid } = await create();
  const rotate = async (secret: string) => await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { config: { client_secret: secret } } });
  const { data } = await world.gateway.graphql(ACQUIRE, { id: guid }, world.tokens.job);
  const usual = await rotate('the second');
  await world.gateway.graphql(POLICY, { id: guid, p: { inFlight: 'REFUSE' } });
  const held = await world.gateway.graphql(ACQUIRE, { id: guid }, world.tokens.job);
  const before = await ask(`GET ${INTEGRATIONS}/${guid}`);
  const refused = await rotate('the third');
  const after = await ask(`GET ${INTEGRATIONS}/${guid}`);
  const described = await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { description: 'no secret is changed by that' } });
  for (const { acquireLease } of [data, held.data]) await world.gateway.graphql(RELEASE, { k: acquireLease.key }, world.tokens.job);
  expect({
    usual: usual.status,
    refused: [refused.status, refused.body],
    waits: refused.headers.get('retry-after'),
    unchanged: after.text === before.text,
    described: described.status,
    ended: (await rotate('the fourth')).status,
  }).toEqual({
    usual: 200,
    refused: [
      409,
      { code: 2, error: expect.stringMatching(/REFUSE.* Held by: nightly, until \d{4}-\S+Z at the latest; nightly, until/), payload: null },
    ],
    waits: expect.stringMatching(/^\d+$/),
    unchanged: true,
    described: 200,
    ended: 200,
  });
});

test('a token that asks too often is told so by 277, and when to ask again', async () => {
  const gateway = await startGateway({ settings: { CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1' } });
  const answers = await Promise.all(Array.from({ length: 30 }, () => rest(gateway, `GET ${USER}`)));
  await gateway.close();
  const limited = answers.find(({ status }) => status !== 200);
  expect({
    status: limited?.status,
    body: limited?.body,
    waits: limited?.headers.get('retry-after'),
    correlated: limited?.headers.has('x-correlation-id'),
  }).toEqual({
    status: 429,
    body: { code: 277, error: 'This token sends too many requests.', payload: null },
    waits: expect.stringMatching(/^[1-9]\d*$/),
    correlated: true,
  });
});

test('a group that is named twice is told by its own number, before whether there is such a group', async () => {
  const { guid } = await create();
  const codes = [];
  for (const permissions of [
    [{ group_guid: GROUP }, { group_guid: GROUP.toUpperCase() }],
    [{ user_guid: GROUP }, { group_guid: GROUP }],
    [{ group_guid: 'no guid' }, { group_guid: 'no guid' }],
    [{ user_guid: GROUP, group_guid: GROUP }],
  ])
    codes.push((await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { permissions } })).body.code);
  expect(codes).toEqual([155, 261, 262, 152]);
});

test('a bearer that has ended is told by 29, and one that nobody issued by 30', async () => {
  const clock = createTestClock();
  const gateway = await startGateway({ clock });
  const { id, secret } = gateway.owner;
  const exchanged = await rest(gateway, 'POST /oauth2/token', {
    token: null,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret }).toString(),
  });
  const bearer: string = exchanged.body.access_token;
  const other = `${bearer.slice(0, -1)}${bearer.endsWith('A') ? 'Q' : 'A'}`;
  const asked = async (token: string) => {
    const { status, body } = await rest(gateway, `GET ${USER}`, { token: { id: '', secret: token } });
    return [status, body.code ?? body.guid];
  };
  const live = await asked(bearer);
  clock.advance(ACCESS_TTL_MS);
  const told = { live, ended: await asked(bearer), forged: await asked(other) };
  await gateway.close();
  expect(told).toEqual({ live: [200, id], ended: [401, 29], forged: [401, 30] });
});

test('an operator says which version clients are told; one that they could not read, or that is too old for them, ends the start', async () => {
  const gateway = await startGateway({ settings: { CHANGEOVER_POSIT_VERSION: '2026.02.1' } });
  const { body } = await rest(gateway, 'GET /__api__/server_settings', { token: null });
  await gateway.close();
  const refusal = (version: string) => {
    try {
      readConfig({ CHANGEOVER_POSIT_VERSION: version });
      return 'taken';
    } catch (error) {
      return String(error).includes('CHANGEOVER_POSIT_VERSION must be a version such as 2025.09.0');
    }
  };
  expect({ body, refused: ['2025.06.1', '2025.13.0', '2025.7.0', 'v2025.09.0', '2025.09', '2025.09.0-dev'].map(refusal) }).toEqual({
    body: { version: '2026.02.1' },
    refused: [true, true, true, true, true, true],
  });
});
