import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestToken } from '../../support/gateway/gateway.ts';
import { createTestClock } from '../../support/store/services.ts';
import { type MatillionWorld, openMatillion } from './world.ts';

const clock = createTestClock();
let world: MatillionWorld;
let admin: TestToken;
beforeAll(async () => {
  world = await openMatillion({ clock });
  admin = await world.gateway.token('admin');
});
afterAll(() => world?.gateway.close());

async function token(body: string | Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${world.gateway.url}/oauth/dpc/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof body === 'string' ? body : new URLSearchParams(body).toString(),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Readonly<Record<string, unknown>> };
}
const client = () => ({ grant_type: 'client_credentials', client_id: admin.id, client_secret: admin.secret });

test('a client gets a bearer of half an hour, by form, JSON or Basic, with or without the audience', async () => {
  const { client_id, client_secret, ...grant } = client();
  const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
  const answers = [
    await token({ ...client(), audience: 'https://api.matillion.com' }),
    await token(client()),
    await token(JSON.stringify(client()), { 'content-type': 'application/json' }),
    await token(grant, { authorization: basic }),
  ];
  const bearer = { id: '', secret: String(answers[0]?.body.access_token) };
  const asked = await world.ask('GET', '/connections', undefined, { token: bearer });
  const revoked = await world.gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: admin.id });
  const after = (await world.ask('GET', '/connections', undefined, { token: bearer })).status;
  expect({
    answers: answers.map(({ status, body }) => [status, body.token_type, body.expires_in, String(body.scope).split(' ')[0]]),
    asked: asked.status,
    revoked: revoked.data.revokeToken,
    after,
  }).toEqual({
    answers: answers.map(() => [200, 'Bearer', 1800, 'pipeline-execution']),
    asked: 200,
    revoked: { success: true },
    after: 401,
  });
  admin = await world.gateway.token('admin');
});

test('a bearer ends after its half hour, and never later than its token', async () => {
  const day = 24 * 60 * 60_000;
  const brief = await world.gateway.graphql(
    'mutation { createToken(name: "brief", roles: [viewer], expiresInDays: 1) { secret token { id } } }',
  );
  const { secret, token: made } = brief.data.createToken;
  const bearerOf = async ({ id, secret: own }: TestToken) => {
    const { body } = await token({ ...client(), client_id: id, client_secret: own });
    return { lasts: body.expires_in, bearer: { id: '', secret: String(body.access_token) } };
  };
  const use = async (bearer: TestToken) => (await world.ask('GET', '/connections', undefined, { token: bearer })).status;
  const whole = await bearerOf(admin);
  clock.advance(1800_000 - 1);
  const inTime = await use(whole.bearer);
  clock.advance(1);
  const late = await use(whole.bearer);
  clock.advance(day - 1800_000 - 600_000);
  const cut = await bearerOf({ id: made.id, secret });
  const before = await use(cut.bearer);
  clock.advance(600_000);
  expect({ lasts: [whole.lasts, cut.lasts], used: [inTime, late, before, await use(cut.bearer)] }).toEqual({
    lasts: [1800, 600],
    used: [200, 401, 200, 401],
  });
});

test('what is wrong is told in the words of OAuth, and not as a problem', async () => {
  const { client_secret: _secret, ...nameless } = client();
  const answers = [
    await token({ ...client(), grant_type: 'password' }),
    await token(nameless),
    await token({ ...client(), audience: 'https://elsewhere.example.com' }),
    await token({ ...client(), client_secret: 'wrong-one' }),
    await token('{"grant_type": '),
  ];
  expect(answers.map(({ status, body }) => [status, body.error, typeof body.error_description, Object.keys(body).length])).toEqual([
    [400, 'unsupported_grant_type', 'string', 2],
    [400, 'invalid_request', 'string', 2],
    [400, 'invalid_request', 'string', 2],
    [401, 'invalid_client', 'string', 2],
    [400, 'invalid_request', 'string', 2],
  ]);
});

test('a connector to Matillion finds the project, its environments, and empty lists of all else', async () => {
  const bearer = { id: '', secret: String((await token(client())).body.access_token) };
  const headers = { 'content-type': 'application/json' };
  const at = async (path: string) => {
    const response = await fetch(`${world.gateway.url}/dpc/v1${path}`, {
      headers: { ...headers, authorization: `Bearer ${bearer.secret}` },
    });
    return [response.status, ((await response.json()) as { readonly results?: unknown }).results];
  };
  const own = `/projects/${world.project}`;
  expect([
    await at('/projects?size=25&page=0'),
    await at(`${own}/environments?size=25&page=0`),
    await at(`${own}/published-pipelines?environmentName=Default&size=25`),
    await at(`${own}/streaming-pipelines`),
    await at(`${own}/schedules`),
    await at(`${own}/pipeline-executions/1/steps`),
    await at('/lineage/events'),
    await at('/pipeline-executions?limit=25&startedAfter=x'),
    await at(`${own}/artifacts/details`),
    await at('/projects/9a1f0c52-77aa-4f0e-9d51-2f6f3c0b8e11/schedules'),
  ]).toEqual([
    [200, [{ id: world.project, name: 'default' }]],
    [200, [{ name: 'Default' }]],
    [200, []],
    [200, []],
    [200, []],
    [200, []],
    [200, []],
    [200, []],
    [404, undefined],
    [404, undefined],
  ]);
});
