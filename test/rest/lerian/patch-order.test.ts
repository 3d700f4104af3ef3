import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway, type TestToken } from '../../support/gateway/gateway.ts';
import { C, lerianClient, PASSWORD, told } from '../../support/gateway/lerian-client.ts';
import { rest } from '../../support/gateway/rest-client.ts';

const NOBODY = '0197f6a2-0000-7000-8000-000000000000';
let gateway: TestGateway;
let client: ReturnType<typeof lerianClient>;
let viewer: TestToken;
let job: TestToken;
let id: string;
let heldId: string;

beforeAll(async () => {
  gateway = await startGateway();
  client = lerianClient(gateway);
  viewer = await gateway.token('viewer');
  job = await gateway.token('job');
  id = (await client.create({ configName: 'free' })).body.id;
  await client.create({ configName: 'rival' });
  heldId = (await client.create({ configName: 'held' })).body.id;
  await rest(gateway, `POST /api/v1/connections/${heldId}/leases`, { token: job, body: { job: 'nightly', ttlSeconds: 60 } });
  await rest(gateway, `POST /api/v1/connections/${heldId}/leases`, { token: job, body: { job: 'weekly', ttlSeconds: 600 } });
});
afterAll(() => gateway.close());

const patch = (path: string, body: unknown, token: TestToken | null = gateway.owner) =>
  rest(gateway, `PATCH ${C}/${path}`, { token, body });

describe('a patch is checked in the order of the vendor', () => {
  test.each([
    ['1 without a token, whatever the path', 'no-uuid', '{', null, { status: 401, code: '401' }],
    ['1 without the right, whatever the path', 'no-uuid', '{', 'viewer', { status: 403, code: '403' }],
    ['2 an id that is none, whatever the body', 'no-uuid', '{', 'owner', { status: 400, code: 'FET-0404', fields: ['id'] }],
    ['3 no JSON, of nobody', NOBODY, '{', 'owner', { status: 400, code: 'FET-0001' }],
    ['3 a list', NOBODY, '[]', 'owner', { status: 400, code: 'FET-0001' }],
    ['3 no body', NOBODY, '', 'owner', { status: 400, code: 'FET-0001' }],
    ['3 a port that is a text', NOBODY, { port: '5432' }, 'owner', { status: 400, code: 'FET-0001', fields: ['port'] }],
    ['3 a port with a fraction', NOBODY, { port: 1.5 }, 'owner', { status: 400, code: 'FET-0001', fields: ['port'] }],
    ['3 a host that is a number', NOBODY, { host: 7 }, 'owner', { status: 400, code: 'FET-0001', fields: ['host'] }],
    ['3 metadata that are a list', NOBODY, { metadata: [] }, 'owner', { status: 400, code: 'FET-0001', fields: ['metadata'] }],
    ['4 nothing', NOBODY, {}, 'owner', { status: 400, code: 'FET-0001' }],
    ['4 only nulls', NOBODY, { host: null, ssl: null }, 'owner', { status: 400, code: 'FET-0001' }],
    ['4 ssl that says nothing', NOBODY, { ssl: {} }, 'owner', { status: 400, code: 'FET-0001' }],
    ['4 only unknown members', NOBODY, { productName: 'x', id: 'y' }, 'owner', { status: 400, code: 'FET-0001' }],
    ['5 a short name, of nobody', NOBODY, { configName: ' a ' }, 'owner', { status: 400, code: 'FET-0001', fields: ['configName'] }],
    [
      '5 several values',
      NOBODY,
      { type: 'postgresql', host: 'a b', port: 0 },
      'owner',
      { status: 400, code: 'FET-0001', fields: ['type', 'host', 'port'] },
    ],
    ['5 a host that may not be dialled', NOBODY, { host: '169.254.169.254' }, 'owner', { status: 400, code: 'FET-0414', fields: ['host'] }],
    ['5 an empty password', NOBODY, { password: '' }, 'owner', { status: 400, code: 'FET-0402', fields: ['password'] }],
    ['5 nested metadata', NOBODY, { metadata: { a: {} } }, 'owner', { status: 400, code: 'FET-0410', fields: ['metadata'] }],
    ['5 a long value', NOBODY, { metadata: { a: 'x'.repeat(2001) } }, 'owner', { status: 400, code: 'FET-0411', fields: ['metadata'] }],
    ['5 a long key', NOBODY, { metadata: { ['k'.repeat(101)]: 'x' } }, 'owner', { status: 400, code: 'FET-0412', fields: ['metadata'] }],
    ['6 nobody', NOBODY, { databaseName: ' ' }, 'owner', { status: 404, code: 'FET-1001' }],
    ['7 held, although it would fail as a whole', 'held', { databaseName: ' ' }, 'owner', { status: 409, code: 'FET-1021' }],
    ['7 held, although the name is taken', 'held', { configName: 'rival' }, 'owner', { status: 409, code: 'FET-1021' }],
    [
      '8 empty members, alone',
      'free',
      { databaseName: ' ', userName: '', configName: 'not a name', ssl: { mode: 'nonsense' } },
      'owner',
      { status: 400, code: 'FET-0402', fields: ['config_name', 'database_name', 'username', 'ssl.ca'] },
    ],
    [
      '8 TLS that is not there yet without its mode, with what else is empty',
      'free',
      { databaseName: ' ', ssl: { ca: 'x' } },
      'owner',
      { status: 400, code: 'FET-0402', fields: ['database_name', 'ssl.mode'] },
    ],
    [
      '8 a mode of another type',
      'free',
      { ssl: { mode: 'strict', ca: 'x' } },
      'owner',
      { status: 400, code: 'FET-0001', fields: ['ssl.mode'] },
    ],
    [
      '8 before 9',
      'free',
      { configName: 'rival', databaseName: '' },
      'owner',
      { status: 400, code: 'FET-0402', fields: ['database_name'] },
    ],
    ['9 a name that another one has', 'free', { configName: 'rival' }, 'owner', { status: 409, code: 'FET-1002' }],
  ] as const)('%s', async (_, which, body, who, expected) => {
    const path = which === 'held' ? heldId : which === 'free' ? id : which;
    const token = who === null ? null : who === 'viewer' ? viewer : gateway.owner;
    const answer = await patch(path, body, token);
    expect({ ...told(answer), quotes: answer.text.includes('169.254') }).toEqual({ ...expected, quotes: false });
  });

  test('one that is held tells how many jobs, and when the first of them ends', async () => {
    const answer = await patch(heldId, { schema: 'core' });
    expect({ message: answer.body.message, title: answer.body.title, retry: Number(answer.headers.get('retry-after')) <= 60 }).toEqual({
      message: '2 running jobs use this connection; retry after they finish.',
      title: 'Job In Progress',
      retry: true,
    });
  });

  test('one that is held is not removed', async () => {
    expect(told(await client.remove(heldId))).toEqual({ status: 409, code: 'FET-1021' });
  });
});

describe('what is created', () => {
  const post = (body: unknown, headers: Readonly<Record<string, string>> = { 'x-product-name': 'billing' }) =>
    rest(gateway, `POST ${C}`, { body, headers });
  const whole = {
    configName: 'made',
    type: 'POSTGRESQL',
    host: '127.0.0.1',
    port: 1,
    databaseName: 'd',
    userName: 'u',
    password: PASSWORD,
  };
  test.each([
    ['the header, before the body', '{', {}, { status: 400, code: 'FET-0403', fields: ['X-Product-Name'] }],
    ['a header of other characters', whole, { 'x-product-name': 'a b' }, { status: 400, code: 'FET-0403', fields: ['X-Product-Name'] }],
    ['no JSON', '{', undefined, { status: 400, code: 'FET-0001' }],
    ['nothing', {}, undefined, { status: 400, code: 'FET-0001' }],
    [
      'what is missing',
      { host: 'a b', password: '' },
      undefined,
      { status: 400, code: 'FET-0402', fields: ['configName', 'type', 'port', 'databaseName', 'userName', 'password'] },
    ],
    [
      'a name of other characters',
      { ...whole, configName: 'not a name' },
      undefined,
      { status: 400, code: 'FET-0001', fields: ['configName'] },
    ],
    ['TLS without its authority', { ...whole, ssl: { mode: 'require' } }, undefined, { status: 400, code: 'FET-0402', fields: ['ssl.ca'] }],
    ['TLS without its mode', { ...whole, ssl: { ca: 'x' } }, undefined, { status: 400, code: 'FET-0402', fields: ['ssl.mode'] }],
    [
      'a mode of another type',
      { ...whole, ssl: { mode: 'true', ca: 'x' } },
      undefined,
      { status: 400, code: 'FET-0001', fields: ['ssl.mode'] },
    ],
    ['a name that is taken', { ...whole, configName: 'rival' }, undefined, { status: 409, code: 'FET-1002' }],
    ['a host that is denied', { ...whole, host: '169.254.169.254' }, undefined, { status: 400, code: 'FET-0414', fields: ['host'] }],
  ] as const)('is refused by %s', async (_, body, headers, expected) => {
    expect(told(await post(body, headers))).toEqual(expected);
  });

  test('has no TLS where ssl says nothing, and needs no authority for what speaks without', async () => {
    const answers = [
      await post({ ...whole, configName: 'no-ssl', ssl: {} }),
      await post({ ...whole, configName: 'off', type: 'MYSQL', ssl: { mode: 'false' } }),
      await post({ ...whole, configName: 'mongo', type: 'MONGODB', ssl: { mode: 'insecure', ca: 'x' } }),
    ];
    expect(answers.map(({ status, body }) => ({ status, ssl: body.ssl }))).toEqual([
      { status: 201, ssl: undefined },
      { status: 201, ssl: { mode: 'false' } },
      { status: 201, ssl: { mode: 'insecure' } },
    ]);
  });
});
