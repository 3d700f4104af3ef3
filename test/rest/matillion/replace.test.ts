import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLOSED, LOCATION, type MatillionWorld, openMatillion } from './world.ts';

let world: MatillionWorld;
let count = 0;
beforeAll(async () => {
  world = await openMatillion();
});
afterAll(() => world?.gateway.close());

const BODY = { authType: 'GENERIC_SECRET', platformConnectionType: 'COMPONENT_BASIC' };
const V2 = { secretName: 'crm-v2', secretKey: 'password' };
async function fresh(other: object = {}): Promise<string> {
  count += 1;
  await world.add(`put ${count}`, other);
  return `put ${count}`;
}

describe('PUT', () => {
  test('replaces the details whole, and keeps what is read only', async () => {
    const name = await fresh();
    const before = (await world.get(name)).body.results[0];
    const changed = await world.put(name, { ...BODY, connectionDetails: { connectionProperties: V2 } });
    const { authProvider, createdBy, createdDate, projectId } = before;
    expect({
      status: changed.status,
      body: changed.body,
      etag: changed.headers.get('etag'),
      stored: (await world.get(name)).body.results[0],
    }).toEqual({
      status: 200,
      body: { name, ...BODY, authProvider, connectionDetails: { connectionProperties: V2 }, createdBy, createdDate, projectId },
      etag: '"2"',
      stored: changed.body,
    });
  });

  test('without details, or with null, changes how it authenticates alone', async () => {
    const name = await fresh({ authProvider: 'salesforce', authType: 'OAUTH_CLIENT_CRED' });
    const kept = await world.put(name, { ...BODY, authType: 'OAUTH_USER_TOKENS', connectionDetails: null });
    const sparse = await fresh();
    const unset = await world.put(sparse, {
      ...BODY,
      connectionDetails: { description: null, secretsLocation: null, connectionProperties: CLOSED },
    });
    expect({ kept: [kept.status, kept.body.authType, kept.body.connectionDetails], unset: unset.body.connectionDetails }).toEqual({
      kept: [200, 'OAUTH_USER_TOKENS', { description: 'CRM extract user', connectionProperties: CLOSED, secretsLocation: LOCATION }],
      unset: { connectionProperties: CLOSED },
    });
  });

  test('of what is stored already makes no version, also sent back as it was read', async () => {
    const name = await fresh();
    const read = (await world.get(name)).body.results[0];
    const same = await world.put(name, read);
    expect({ status: same.status, body: same.body, etag: same.headers.get('etag') }).toEqual({ status: 200, body: read, etag: '"1"' });
  });

  test('is checked in the order of the original: the first that fails is told', async () => {
    const name = await fresh();
    const wrong = { authType: 'COMPOSITE_TOKEN', platformConnectionType: 'DWH', name: 'other', connectionDetails: {} };
    const steps: [unknown, string][] = [
      ['{', name],
      ['', name],
      ['[]', name],
      [{}, 'nobody'],
      [wrong, 'nobody'],
      [wrong, name],
      [{ ...wrong, platformConnectionType: 'COMPONENT_BASIC' }, name],
      [{ ...wrong, ...BODY, authProvider: 'x', projectId: 'y', id: 'ignored', createdBy: 1, unknown: true }, name],
      [{ ...wrong, ...BODY, name }, name],
      [{ ...BODY, name, connectionDetails: { connectionProperties: V2 } }, name],
    ];
    const answers = [];
    for (const [body, connection] of steps) {
      const { status, body: told } = await world.put(connection, body);
      answers.push([status, told.violations?.map((one: string) => one.split(': ')[0])]);
    }
    expect(answers).toEqual([
      [400, ['body']],
      [400, ['body']],
      [400, ['body']],
      [400, ['authType', 'platformConnectionType']],
      [404, []],
      [400, ['platformConnectionType']],
      [400, ['authType']],
      [400, ['name', 'authProvider', 'projectId']],
      [400, ['connectionDetails.connectionProperties']],
      [200, undefined],
    ]);
  });

  test('names the type that it expects, and the name that is given twice', async () => {
    const name = await fresh();
    const other = await world.put(name, { ...BODY, platformConnectionType: 'DWH' });
    const twice = await world.ask('PUT', `/connections?connectionName=${encodeURIComponent(name)}&connectionName=b`, BODY);
    expect({ other: other.body.violations, detail: other.body.detail, twice: [twice.status, twice.body.violations] }).toEqual({
      other: ['platformConnectionType: must be COMPONENT_BASIC for this connection'],
      detail: 'The connection was not updated.',
      twice: [400, ['connectionName: is given more than once']],
    });
  });

  test('with If-Match of another version is a failed precondition, and changes nothing', async () => {
    const name = await fresh();
    const body = { ...BODY, connectionDetails: { connectionProperties: V2 } };
    const first = await world.put(name, body, { 'if-match': '"1"' });
    const late = await world.put(name, { ...BODY, connectionDetails: { connectionProperties: CLOSED } }, { 'if-match': '"1"' });
    expect({
      first: first.status,
      late: [late.status, late.body.status],
      stored: (await world.get(name)).body.results[0].connectionDetails,
    }).toEqual({
      first: 200,
      late: [412, 412],
      stored: { connectionProperties: V2 },
    });
  });

  test('reads JSON whatever the content type says, and refuses a name that is given twice in it', async () => {
    const name = await fresh();
    const text = JSON.stringify({ ...BODY, connectionDetails: { connectionProperties: V2 } });
    const plain = await world.put(name, text, { 'content-type': 'text/plain' });
    const twice = await world.put(name, `{"authType":"GENERIC_SECRET",${text.slice(1)}`);
    expect({ plain: plain.status, twice: twice.status }).toEqual({ plain: 200, twice: 400 });
  });
});
