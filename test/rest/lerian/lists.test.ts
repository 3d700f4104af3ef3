import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { C, lerianClient, told } from '../../support/gateway/lerian-client.ts';
import { rest } from '../../support/gateway/rest-client.ts';

let gateway: TestGateway;
let client: ReturnType<typeof lerianClient>;

beforeAll(async () => {
  gateway = await startGateway();
  client = lerianClient(gateway);
  for (const [name, changed, product] of [
    ['one', { metadata: { team: 'a' } }, 'billing'],
    ['two', { type: 'MYSQL', databaseName: 'other', metadata: { team: 'a', cost: 'b' } }, 'billing'],
    ['three', { host: '127.0.0.2' }, 'payments'],
  ] as const)
    await client.create({ configName: name, ...changed }, product);
});
afterAll(() => gateway.close());

async function listed(query = '', headers: Readonly<Record<string, string>> = {}) {
  const { status, body } = await client.send(`GET ${C}${query}`, undefined, headers);
  return status === 200 ? body.items.map(({ configName }: { readonly configName: string }) => configName) : told({ status, body } as never);
}

describe('a list', () => {
  const today = new Date().toISOString().slice(0, 10);
  test.each([
    ['', ['three', 'two', 'one']],
    ['?sortOrder=ASC', ['one', 'two', 'three']],
    ['?limit=2&page=2', ['one']],
    ['?type=mysql', ['two']],
    ['?host=127.0.0.2', ['three']],
    ['?databaseName=other', ['two']],
    ['?metadata.team=a&metadata.cost=b', ['two']],
    [`?startDate=${today}&endDate=${today}`, ['three', 'two', 'one']],
    ['?endDate=2020-01-01', []],
    ['?type=&cursor=abc&unknown=1', ['three', 'two', 'one']],
  ])('of %s has what is asked for', async (query, names) => {
    expect(await listed(query)).toEqual(names);
  });

  test.each([
    ['?limit=101', 'FET-0406'],
    ['?limit=0', 'FET-0405'],
    ['?page=x', 'FET-0405'],
    ['?sortOrder=up', 'FET-0407'],
    ['?startDate=2025-02-30', 'FET-0408'],
    ['?startDate=2025-03-05&endDate=2025-03-04', 'FET-0409'],
    ['?$where=1', 'FET-0405'],
    ['?_id=1', 'FET-0405'],
    [`?${'n'.repeat(65)}=1`, 'FET-0405'],
    [`?host=${'v'.repeat(257)}`, 'FET-0405'],
  ])('of %s is refused with %s', async (query, code) => {
    expect((await client.send(`GET ${C}${query}`)).body.code).toBe(code);
  });

  test('is of one product where the header says so, and counts all that match', async () => {
    const page = await client.send(`GET ${C}?limit=1`, undefined, { 'x-product-name': 'Billing' });
    expect({ ...page.body, items: page.body.items.length }).toEqual({ items: 1, page: 1, limit: 1, total: 2 });
  });
});

test('a token is got for a pair of id and secret, and used as Bearer; a wrong pair is told as no token is', async () => {
  const login = (clientSecret: string) =>
    rest(gateway, 'POST /v1/login/oauth/access_token', {
      token: null,
      body: { grantType: 'client_credentials', clientId: gateway.owner.id, clientSecret },
    });
  const right = await login(gateway.owner.secret);
  const used = await rest(gateway, `GET ${C}`, { token: null, headers: { authorization: `Bearer ${right.body.accessToken}` } });
  const wrong = await login('chg_pat_wrong');
  expect({ right: [right.status, right.body.tokenType, right.body.expiresIn], used: used.status, wrong: told(wrong) }).toEqual({
    right: [200, 'Bearer', 1800],
    used: 200,
    wrong: { status: 401, code: '401' },
  });
});

test('health and version are told to anybody', async () => {
  const answers = [await rest(gateway, 'GET /health', { token: null }), await rest(gateway, 'GET /version', { token: null })];
  expect(answers.map(({ status, body }) => ({ status, isObject: typeof body }))).toEqual([
    { status: 200, isObject: 'object' },
    { status: 200, isObject: 'object' },
  ]);
});

test('clients without a token are the one that the operator has named, with its rights, until it is revoked', async () => {
  const settings: Record<string, string> = {};
  const open = await startGateway({ settings });
  const viewer = await open.token('viewer');
  const ask = async (request: `GET ${string}` | `POST ${string}`, token: TestToken | null = null) =>
    told(await rest(open, request, { token }));
  const before = await ask(`GET ${C}`);
  settings.CHANGEOVER_LERIAN_ANONYMOUS = viewer.id;
  await open.restart();
  const named = [
    await ask(`GET ${C}`),
    await ask(`POST ${C}`),
    await ask(`GET ${C}`, { id: viewer.id, secret: 'wrong' }),
    await ask('POST /api/v1/leases/read'),
  ];
  await open.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: viewer.id });
  const after = await ask(`GET ${C}`);
  await open.close();
  expect({ before, named, after }).toEqual({
    before: { status: 401, code: '401' },
    named: [{ status: 200 }, { status: 403, code: '403' }, { status: 401, code: '401' }, { status: 401, code: 'UNAUTHENTICATED' }],
    after: { status: 401, code: '401' },
  });
});
