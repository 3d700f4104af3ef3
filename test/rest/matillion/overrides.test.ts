import { afterAll, beforeAll, expect, test } from 'vitest';
import { rest } from '../../support/gateway/rest-client.ts';
import { CLOSED, type MatillionWorld, openMatillion } from './world.ts';

let world: MatillionWorld;
beforeAll(async () => {
  world = await openMatillion();
  for (const name of ['crm', 'erp']) await world.add(name);
  await world.ask('POST', '/environments', { name: 'Test' });
});
afterAll(() => world?.gateway.close());

const PATH = '/connections/environment-overrides';
const override = (other: object = {}) => ({
  environmentName: 'Test',
  connectionName: 'crm',
  authType: 'GENERIC_SECRET',
  connectionOverrides: { connectionProperties: { secretName: 'crm-test' } },
  ...other,
});

test('environments are listed, and one is there from the beginning', async () => {
  const again = await world.ask('POST', '/environments', { name: 'Test' });
  const { body } = await world.ask('GET', '/environments');
  expect({ again: again.status, body }).toEqual({
    again: 409,
    body: { page: 0, results: [{ name: 'Default' }, { name: 'Test' }], size: 25, total: 2 },
  });
});

test('an override is made once, replaced, listed, and removed with others or not at all', async () => {
  const made = await world.ask('POST', PATH, override());
  const again = await world.ask('POST', PATH, override());
  const other = await world.ask('POST', PATH, override({ environmentName: 'Default', connectionName: 'erp' }));
  const replaced = await world.ask('PUT', PATH, override({ connectionOverrides: { secretsLocation: { region: 'us-east-1' } } }));
  const listed = await world.ask('GET', `${PATH}?environmentName=Test`);
  const all = await world.ask('GET', PATH);
  const nothing = await world.ask('DELETE', `${PATH}?environmentName=Test&connectionNames=crm,erp`);
  const removed = await world.ask('DELETE', `${PATH}?environmentName=Test&connectionNames=crm`);
  const gone = await world.ask('PUT', PATH, override());
  const connection = (await world.get('crm')).body.results[0];
  const { connectionDetails, ...head } = connection;
  expect({
    statuses: [made, again, other, replaced, nothing, removed, gone].map(({ status }) => status),
    made: made.body,
    remedy: again.body.detail,
    listed: listed.body,
    all: all.body.total,
    details: connectionDetails.connectionProperties,
  }).toEqual({
    statuses: [201, 409, 201, 200, 404, 204, 404],
    made: { ...head, environmentName: 'Test', connectionOverrides: { connectionProperties: { secretName: 'crm-test' } } },
    remedy: expect.stringContaining('PUT'),
    listed: {
      page: 0,
      results: [{ ...head, environmentName: 'Test', connectionOverrides: { secretsLocation: { region: 'us-east-1' } } }],
      size: 25,
      total: 1,
    },
    all: 2,
    details: CLOSED,
  });
});

test('overrides of several connections are removed all at once, or none of them while a job holds one that its policy keeps', async () => {
  const names = ['held', 'free'];
  const ids: string[] = [];
  // It names no secret, which nobody has granted here.
  const authType = 'OAUTH_CLIENT_CRED';
  const properties = (clientId: string) => ({ connectionProperties: { clientId } });
  for (const name of names) {
    const added = await world.add(name, { authProvider: 'salesforce', authType, connectionDetails: properties('c') });
    ids.push(added.body.id);
    await world.ask('POST', PATH, override({ connectionName: name, authType, connectionOverrides: properties('d') }));
  }
  const [held = '', free = ''] = ids;
  const POLICY = 'mutation ($id: UUID!) { setConnectionPolicy(connectionId: $id, policy: { inFlight: REFUSE }) { connection { uuid } } }';
  await world.gateway.graphql(POLICY, { id: held });
  const token = await world.gateway.token('job');
  const lease = await rest(world.gateway, `POST /api/v1/connections/${held}/leases`, { token, body: { job: 'nightly' } });
  const overridden = async () => {
    const { body } = await world.ask('GET', `${PATH}?environmentName=Test&size=100`);
    return body.results.map(({ name }: { readonly name: string }) => name).filter((name: string) => names.includes(name));
  };
  // One of them twice, in another spelling.
  const remove = () => world.ask('DELETE', `${PATH}?environmentName=Test&connectionNames=${names.join(',')},%20free`);
  const openOf = async (connectionId: string) => {
    const OPEN = 'query ($id: UUID!) { changes(first: 10, connectionId: $id, state: OPEN) { edges { node { id } } } }';
    return (await world.gateway.graphql(OPEN, { id: connectionId })).data.changes.edges.length;
  };
  const versionOf = async (id: string) => (await rest(world.gateway, `GET /api/v1/connections/${id}`)).headers.get('etag');
  const refused = await remove();
  const meanwhile = {
    overridden: await overridden(),
    versions: [await versionOf(held), await versionOf(free)],
    open: [await openOf(held), await openOf(free)],
  };
  await rest(world.gateway, 'POST /api/v1/leases/release', { token, body: { key: lease.body.key } });
  const removed = await remove();
  expect({ lease: lease.status, refused: refused.status, meanwhile, removed: removed.status, after: await overridden() }).toEqual({
    lease: 201,
    refused: 409,
    meanwhile: { overridden: names.toSorted(), versions: ['"2"', '"2"'], open: [0, 0] },
    removed: 204,
    after: [],
  });
});

test('no more overrides are removed with one request than fit into one transaction', async () => {
  const names = Array.from({ length: 101 }, (_, index) => `c${index}`).join(',');
  const { status, body } = await world.ask('DELETE', `${PATH}?environmentName=Test&connectionNames=${names}`);
  expect([status, body.violations]).toEqual([400, ['connectionNames: holds more than 100 names']]);
});

test('an override of what is unknown, or with another way to authenticate, is refused', async () => {
  const answers = [];
  for (const other of [
    { connectionName: 'nobody' },
    { environmentName: 'nowhere' },
    { authType: 'OAUTH_CLIENT_CRED' },
    { connectionOverrides: { connectionProperties: { password: 'x' } } },
    { environmentName: undefined, connectionName: '' },
  ]) {
    const { status, body } = await world.ask('POST', PATH, override(other));
    answers.push([status, body.violations.map((one: string) => one.split(':')[0])]);
  }
  expect(answers).toEqual([
    [404, []],
    [404, []],
    [400, ['authType']],
    [400, ['connectionOverrides.connectionProperties.password', 'connectionOverrides.connectionProperties.secretName']],
    [400, ['environmentName', 'connectionName']],
  ]);
});

test('secret references hold names, and never a value', async () => {
  const body = {
    secretReferenceType: 'PASSWORD',
    secretName: 'crm-login',
    secretKey: 'password',
    description: 'd',
    value: 'ignored-secret',
  };
  const made = await world.ask('POST', '/secret-references/crm_(1)', body);
  const again = await world.ask('POST', '/secret-references/crm_(1)', body);
  const wrong = await world.ask('POST', `/secret-references/${'x'.repeat(129)}`, body);
  const typed = await world.ask('POST', '/secret-references/other', { secretReferenceType: 'KEY' });
  const listed = await world.ask('GET', '/secret-references');
  const read = await world.ask('GET', '/secret-references/crm_(1)');
  const { value: _value, ...rest } = body;
  const expected = { name: 'crm_(1)', ...rest };
  expect({
    statuses: [made, again, wrong, typed].map(({ status }) => status),
    made: made.body,
    listed: listed.body.results,
    read: read.body,
  }).toEqual({ statuses: [201, 409, 400, 400], made: expected, listed: [expected], read: expected });
});
