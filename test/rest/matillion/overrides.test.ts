import { afterAll, beforeAll, expect, test } from 'vitest';
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
