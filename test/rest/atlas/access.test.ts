import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAILURES_PER_MINUTE } from '../../../src/admission/failed-login-throttle.ts';
import { NONCE_TTL_MS } from '../../../src/domain/token/digest.ts';
import { serviceAccountId, serviceAccountSecret, shortId } from '../../../src/domain/token/service-account.ts';
import { digestLogin, nonceOf } from '../../support/gateway/digest-login.ts';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { NOBODY_ANSWERS } from '../../support/gateway/nobody-answers.ts';
import { type RestAnswer, type RestRequest, rest } from '../../support/gateway/rest-client.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { createTestClock } from '../../support/store/services.ts';
import { type AtlasBench, KEY, startAtlas } from './bench.ts';

const CHALLENGE = /^Digest realm="MMS Public API", domain="", nonce="[A-Za-z0-9+/=]{32}", algorithm=MD5, qop="auth", stale=(true|false)$/;

describeOnEachEngine('HTTP digest', ({ databaseUrl }) => {
  let bench: AtlasBench;
  let path: string;
  beforeAll(async () => {
    bench = await startAtlas({}, await databaseUrl());
    path = `/api/atlas/v2/groups/${bench.groupId}/integrations`;
  });
  afterAll(() => bench.gateway.close());

  const challenge = async () => (await bench.ask('GET ', { token: null })).headers.get('www-authenticate');
  const fresh = async () => nonceOf(await challenge());
  const login = (authorization: string, request: RestRequest = {}) =>
    bench.ask('GET ', { token: null, ...request, headers: { authorization, ...request.headers } });

  test('a request without a login is refused as recorded, body and challenge', async () => {
    const { status, headers, text } = await bench.ask('GET ', { token: null });
    expect({
      status,
      type: headers.get('content-type'),
      code: headers.get('x-error-code'),
      challenge: headers.get('www-authenticate'),
      text,
    }).toEqual({
      status: 401,
      type: 'application/json',
      code: null,
      challenge: expect.stringMatching(CHALLENGE),
      text: '{\n  "error": 401,\n  "reason": "Unauthorized",\n  "detail": "You are not authorized for this resource.",\n  "errorCode": "UNEXPECTED_ERROR"\n}',
    });
  });

  test('a probe that brings its whole body is answered, and the same body with the login is carried out', async () => {
    const body = { apiKey: KEY };
    const probe = await bench.ask('POST /DATADOG', { token: null, body });
    const authorization = digestLogin(bench.gateway.owner, nonceOf(probe.headers.get('www-authenticate')), `POST ${path}/DATADOG`);
    const made = await bench.ask('POST /DATADOG', { token: null, body, headers: { authorization } });
    expect([probe.status, made.status, made.body.totalCount]).toEqual([401, 200, 1]);
  });

  test('a nonce is good for rising counts, from any on, and each once; a used one is stale where the login is right', async () => {
    const nonce = await fresh();
    const use = async (nc: string) => {
      const { status, headers } = await login(digestLogin(bench.gateway.owner, nonce, `GET ${path}`, { nc }));
      return [nc, status, /stale=(\w+)/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? null];
    };
    const used = [];
    for (const nc of ['00000002', '00000003', '00000003', '00000001', '0000000a']) used.push(await use(nc));
    expect(used).toEqual([
      ['00000002', 200, null],
      ['00000003', 200, null],
      ['00000003', 401, 'true'],
      ['00000001', 401, 'true'],
      ['0000000a', 200, null],
    ]);
  });

  test('a nonce is not used for the zeroth time', async () => {
    const first = await login(digestLogin(bench.gateway.owner, await fresh(), `GET ${path}`, { nc: '00000000' }));
    expect([first.status, first.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/stale=true$/)]);
  });

  test('what does not prove the login of this very request is refused, and not as stale', async () => {
    const { owner } = bench.gateway;
    const nonce = await fresh();
    const target = `GET ${path}`;
    const attempts = {
      password: digestLogin({ ...owner, secret: `${owner.secret}x` }, nonce, target),
      user: digestLogin({ ...owner, id: '00000000-0000-7000-8000-000000000000' }, nonce, target),
      noUser: digestLogin({ ...owner, id: 'nobody' }, nonce, target),
      method: digestLogin(owner, nonce, `PUT ${path}`),
      target: digestLogin(owner, nonce, target, { uri: `${path}?pretty=true` }),
      realm: digestLogin(owner, nonce, target, { realm: 'another realm' }),
      twice: `${digestLogin(owner, nonce, target)}, nonce="another"`,
      rubbish: 'Digest ,,,',
    };
    const outcomes = [];
    for (const [name, authorization] of Object.entries(attempts)) {
      const { status, headers } = await login(authorization);
      outcomes.push([name, status, /stale=(\w+)/.exec(headers.get('www-authenticate') ?? '')?.[1]]);
    }
    expect(outcomes).toEqual(Object.keys(attempts).map((name) => [name, 401, 'false']));
  });

  test('a nonce that nobody made is stale where the login is right', async () => {
    const { status, headers } = await login(digestLogin(bench.gateway.owner, Buffer.alloc(24, 7).toString('base64'), `GET ${path}`));
    expect([status, headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/stale=true$/)]);
  });

  test('a count that was used stays used after a restart, and the token that has ended is refused', async () => {
    const { gateway } = bench;
    const nonce = await fresh();
    const admin = await gateway.token('admin');
    const authorization = digestLogin(admin, nonce, `GET ${path}`);
    const first = await login(authorization);
    await gateway.restart();
    const replayed = await login(authorization);
    await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: admin.id });
    const ended = await login(digestLogin(admin, await fresh(), `GET ${path}`));
    expect([first.status, replayed.status, ended.status]).toEqual([200, 401, 401]);
  });
});

test('a nonce is stale after ten minutes, however seldom it was used', async () => {
  const clock = createTestClock();
  const bench = await startAtlas({}, null, { clock });
  const path = `/api/atlas/v2/groups/${bench.groupId}/integrations`;
  const nonce = nonceOf((await bench.ask('GET ', { token: null })).headers.get('www-authenticate'));
  const use = async (nc: string) => {
    const authorization = digestLogin(bench.gateway.owner, nonce, `GET ${path}`, { nc });
    const { status, headers } = await bench.ask('GET ', { token: null, headers: { authorization } });
    return [status, /stale=(\w+)/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? null];
  };
  clock.advance(NONCE_TTL_MS - 1000);
  const inTime = await use('00000001');
  clock.advance(1000);
  const late = await use('00000002');
  await bench.gateway.close();
  expect({ inTime, late }).toEqual({ inTime: [200, null], late: [401, 'true'] });
});

describe('service accounts', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway(NOBODY_ANSWERS);
  });
  afterAll(() => gateway.close());

  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const basic = ({ id, secret }: TestToken) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
  const asAccount = ({ id, secret }: TestToken) => ({ id: serviceAccountId(id), secret: serviceAccountSecret(secret) });
  const post = (path: string, client: TestToken | null, body: string, headers: Readonly<Record<string, string>> = FORM) =>
    rest(gateway, `POST ${path}` as 'POST /', { token: null, body, headers: { ...headers, ...(client === null ? {} : basic(client)) } });
  const GRANT = 'grant_type=client_credentials';

  test('get a bearer in either spelling, which works until it is given back', async () => {
    const account = asAccount(gateway.owner);
    const first = await post('/api/oauth/token', account, GRANT);
    const second = await post('/api/oauth/token', gateway.owner, GRANT);
    const use = async (token: string) => (await rest(gateway, 'GET /api/atlas/v1.0/groups', { token: { id: '', secret: token } })).status;
    const before = [await use(first.body.access_token), await use(second.body.access_token)];
    const revoked = await post('/api/oauth/revoke', account, `token=${first.body.access_token}&token_type_hint=access_token`);
    const other = await gateway.token('admin');
    const foreign = await post('/api/oauth/revoke', other, `token=${second.body.access_token}`);
    const unknown = await post('/api/oauth/revoke', account, 'token=nothing');
    expect({
      form: [/^mdb_sa_id_[a-f0-9]{24}$/.test(account.id), /^mdb_sa_sk_[A-Za-z0-9_-]+$/.test(account.secret)],
      body: { ...first.body, access_token: 'a token' },
      cache: first.headers.get('cache-control'),
      before,
      revoked: [revoked.status, revoked.text],
      foreign: [foreign.status, unknown.status],
      after: [await use(first.body.access_token), await use(second.body.access_token)],
    }).toEqual({
      form: [true, true],
      body: { access_token: 'a token', expires_in: 3600, token_type: 'Bearer' },
      cache: 'no-store',
      before: [200, 200],
      revoked: [200, ''],
      foreign: [200, 200],
      after: [401, 200],
    });
  });

  test('are refused in the words of OAuth', async () => {
    const { owner } = gateway;
    const stranger = asAccount(await gateway.token('viewer'));
    const answers = {
      secret: await post('/api/oauth/token', { ...owner, secret: 'mdb_sa_sk_nothing' }, GRANT),
      id: await post('/api/oauth/token', { id: stranger.id, secret: owner.secret }, GRANT),
      nobody: await post('/api/oauth/token', null, GRANT),
      grant: await post('/api/oauth/token', owner, 'grant_type=password'),
      none: await post('/api/oauth/token', owner, 'scope=x'),
      json: await post('/api/oauth/token', owner, '{}', { 'content-type': 'application/json' }),
      noToken: await post('/api/oauth/revoke', owner, 'token='),
    };
    expect(Object.fromEntries(Object.entries(answers).map(([name, { status, body }]) => [name, [status, body.error]]))).toEqual({
      secret: [401, 'invalid_client'],
      id: [401, 'invalid_client'],
      nobody: [401, 'invalid_client'],
      grant: [400, 'unsupported_grant_type'],
      none: [400, 'invalid_request'],
      json: [400, 'invalid_request'],
      noToken: [400, 'invalid_request'],
    });
  });

  test('may ask for fifty tokens a minute, and are told so in the words of the API', async () => {
    const client = { id: 'mdb_sa_id_000000000000000000000000', secret: 'mdb_sa_sk_x' };
    const answers = await Promise.all(Array.from({ length: 52 }, () => post('/api/oauth/token', client, GRANT)));
    const limited = answers.find(({ status }) => status === 429);
    expect({ body: limited?.body, retry: limited?.headers.get('retry-after') }).toMatchObject({
      body: { errorCode: 'RATE_LIMITED', error: 429, parameters: ['/api/oauth/token', 50, 1], reason: 'Too Many Requests' },
      retry: expect.stringMatching(/^\d+$/),
    });
  });
});

test('logins that are put off, since too many have failed, are told in the words of the API, with how many may fail', async () => {
  const gateway = await startGateway(NOBODY_ANSWERS);
  const wrong = (index: number) => `Basic ${Buffer.from(`mdb_sa_id_${String(index).padStart(24, '0')}:mdb_sa_sk_x`).toString('base64')}`;
  const ask = (index: number) =>
    rest(gateway, 'POST /api/oauth/token', {
      token: null,
      body: 'grant_type=client_credentials',
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: wrong(index) },
    });
  for (let index = 0; index < FAILURES_PER_MINUTE; index += 1) await ask(index);
  const ofTokens = await ask(FAILURES_PER_MINUTE);
  const path = `/api/atlas/v2/groups/${shortId(gateway.app.projectId)}/integrations`;
  const ofApi = await rest(gateway, `GET ${path}`, { token: null, headers: { authorization: 'Bearer rubbish' } });
  await gateway.close();
  const told = ({ status, headers, body }: RestAnswer) => ({
    status,
    errorCode: body.errorCode,
    parameters: body.parameters,
    retryAfter: Number(headers.get('retry-after')),
  });
  const seconds = told(ofApi).retryAfter;
  expect({ ofTokens: told(ofTokens), ofApi: told(ofApi) }).toEqual({
    ofTokens: {
      status: 429,
      errorCode: 'RATE_LIMITED',
      parameters: ['/api/oauth/token', FAILURES_PER_MINUTE, 1],
      retryAfter: expect.any(Number),
    },
    ofApi: {
      status: 429,
      errorCode: 'RATE_LIMITED_TOKEN_BUCKET',
      parameters: [path, seconds, FAILURES_PER_MINUTE, FAILURES_PER_MINUTE, 60],
      retryAfter: seconds,
    },
  });
});

describe('an access list of addresses', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway(NOBODY_ANSWERS);
  });
  afterAll(() => gateway.close());

  const CREATE =
    'mutation ($l: [String!], $r: [Role!]!) { createToken(name: "t", roles: $r, accessList: $l) { secret token { id accessList } } }';
  const create = async (accessList: readonly string[] | null, maker = gateway.owner): Promise<TestToken & { readonly list: unknown }> => {
    const { data } = await gateway.graphql(CREATE, { l: accessList, r: ['owner'] }, maker);
    return { id: data.createToken.token.id, secret: data.createToken.secret, list: data.createToken.token.accessList };
  };
  const path = '/api/atlas/v1.0/groups';
  const byBearer = (token: TestToken) => rest(gateway, `GET ${path}`, { token });
  const byDigest = async (token: TestToken) => {
    const challenge = (await rest(gateway, `GET ${path}`, { token: null })).headers.get('www-authenticate');
    const authorization = digestLogin(token, nonceOf(challenge), `GET ${path}`);
    return await rest(gateway, `GET ${path}`, { token: null, headers: { authorization } });
  };
  const getBearer = async ({ id, secret }: TestToken) => {
    const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const headers = { 'content-type': 'application/x-www-form-urlencoded', authorization };
    return await rest(gateway, 'POST /api/oauth/token', { token: null, body: 'grant_type=client_credentials', headers });
  };

  test('refuses calls from elsewhere with the address that was seen, whichever way the token is shown, but no request for a bearer', async () => {
    const token = await create(['192.0.2.7', '2001:db8::/32']);
    const bearer = await getBearer(token);
    const session = await fetch(`${gateway.url}/explorer/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-changeover-csrf': '1' },
      body: JSON.stringify({ token: token.secret }),
    });
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
    const answers = [await byBearer(token), await byDigest(token), await byBearer({ id: '', secret: bearer.body.access_token })];
    const graphql = await gateway.graphql('{ __typename }', {}, token);
    const signedIn = await gateway.graphql('{ __typename }', {}, null, { cookie, 'x-changeover-csrf': '1' });
    expect({
      bearer: bearer.status,
      told: answers.map(({ status, body, headers }) => [status, body.errorCode, body.parameters, headers.get('www-authenticate')]),
      detail: answers[0]?.body.detail,
      graphql: [graphql, signedIn].map(({ errors }) => errors?.[0]?.extensions.code),
    }).toEqual({
      bearer: 200,
      told: answers.map(() => [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST', ['127.0.0.1'], null]),
      detail: 'The address 127.0.0.1 is not on the access list of this token.',
      graphql: ['FORBIDDEN', 'FORBIDDEN'],
    });
  });

  test('admits calls from its addresses, goes over to the tokens that a token makes, and can not be widened', async () => {
    const token = await create(['127.0.0.0/8']);
    const own = await create(null, token);
    const wider = await gateway.graphql(CREATE, { l: ['0.0.0.0/0'], r: ['viewer'] }, token);
    expect({
      statuses: [(await byBearer(token)).status, (await byDigest(token)).status],
      own: own.list,
      wider: wider.errors?.[0]?.extensions.code,
    }).toEqual({ statuses: [200, 200], own: ['127.0.0.0/8'], wider: 'FORBIDDEN' });
  });
});
