import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestToken } from '../../support/gateway/gateway.ts';
import { rest } from '../../support/gateway/rest-client.ts';
import { GRANT, REVOKE } from '../../support/protocol/references.ts';
import { type MatillionWorld, openMatillion } from './world.ts';

const VALUE = 'a-password-of-the-test';
const TEST_VALUE = 'a-password-of-the-test-environment';
const PROTECT = 'mutation ($id: UUID!) { setConnectionDeletionProtection(connectionId: $id, enableDeletionProtection: true) { success } }';
const VALIDATE =
  'query ($id: UUID!) { testExistingConnectionV2(connectionId: $id, validationName: "validate_connection") { success errors { code } } }';

let world: MatillionWorld;
let job: TestToken;
const folder = mkdtempSync(join(tmpdir(), 'changeover-matillion-'));
const file = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });

beforeAll(async () => {
  world = await openMatillion();
  job = await world.gateway.token('job');
  file('crm.json', JSON.stringify({ user: 'crm', password: VALUE }));
  file('token', `${VALUE}\n`);
  file('test.json', JSON.stringify({ password: TEST_VALUE }));
  await grant();
});
afterAll(() => world?.gateway.close());

const grant = () => world.gateway.graphql(GRANT, { provider: 'file', prefix: folder });
const lease = (id: string) => rest(world.gateway, `POST /api/v1/connections/${id}/leases`, { token: job, body: { job: 'nightly' } });
const validate = async (id: string) => {
  const { data } = await world.gateway.graphql(VALIDATE, { id });
  const { success, errors } = data.testExistingConnectionV2;
  return { success, codes: (errors ?? []).map(({ code }: { readonly code: string }) => code) };
};
const withProperties = (connectionProperties: object, more: object = {}) => ({ connectionDetails: { connectionProperties, ...more } });

describe('a job of a connection that names secrets', () => {
  test('is given what they are in the vault of the project, once the operator has granted it; a PUT is saved before that', async () => {
    await world.gateway.graphql(REVOKE, { provider: 'file', prefix: folder });
    const added = await world.add('crm', withProperties({ secretName: 'crm.json', secretKey: 'password' }));
    const { id } = added.body;
    const early = { lease: (await lease(id)).status, validation: await validate(id) };
    await grant();
    const held = await lease(id);
    expect({ added: added.status, early, held: [held.status, held.body.credentials], validation: await validate(id) }).toEqual({
      added: 201,
      early: { lease: 503, validation: { success: false, codes: ['SECRET_MISSING'] } },
      held: [
        201,
        {
          authProvider: 'NONE',
          authType: 'GENERIC_SECRET',
          connectionProperties: { secretName: 'crm.json', secretKey: 'password' },
          secretValues: { secretName: VALUE },
        },
      ],
      validation: { success: true, codes: [] },
    });
  });

  test('keeps its version when another secret is named, and the next job is given that', async () => {
    const { body } = await world.add('token', withProperties({ credentialSecretName: 'token' }));
    const first = await lease(body.id);
    const put = await world.put('token', {
      authType: 'GENERIC_SECRET',
      platformConnectionType: 'COMPONENT_BASIC',
      ...withProperties({ secretName: 'test.json', secretKey: 'password' }),
    });
    const again = await rest(world.gateway, 'POST /api/v1/leases/read', { token: job, body: { key: first.body.key } });
    const second = await lease(body.id);
    const removed = await world.ask('DELETE', '/connections?connectionName=token');
    expect({
      put: put.status,
      values: [first, again, second].map(({ body: { credentials } }) => credentials.secretValues),
      removed: removed.status,
    }).toEqual({
      put: 200,
      values: [{ credentialSecretName: VALUE }, { credentialSecretName: VALUE }, { secretName: TEST_VALUE }],
      removed: 204,
    });
  });

  test('finds what its environment has instead; what can not be read there is left out for the others', async () => {
    const { body } = await world.add('by environment', withProperties({ secretName: 'crm.json', secretKey: 'password' }));
    for (const name of ['Test', 'Broken']) await world.ask('POST', '/environments', { name });
    const override = (environmentName: string, connectionOverrides: object) =>
      world.ask('POST', '/connections/environment-overrides', {
        environmentName,
        connectionName: 'by environment',
        authType: 'GENERIC_SECRET',
        connectionOverrides,
      });
    await override('Test', { connectionProperties: { secretName: 'test.json', secretKey: 'password' } });
    await override('Broken', { connectionProperties: { secretName: 'nothing' } });
    const { credentials } = (await lease(body.id)).body;
    expect({ own: credentials.secretValues, environments: credentials.environments, raw: credentials.environmentOverrides }).toEqual({
      own: { secretName: VALUE },
      environments: {
        Test: { connectionProperties: { secretName: 'test.json', secretKey: 'password' }, secretValues: { secretName: TEST_VALUE } },
        Broken: { connectionProperties: { secretName: 'nothing' }, secretValues: {} },
      },
      raw: undefined,
    });
  });

  test('is given what a secret reference of the project names, and nothing where there is no such reference', async () => {
    const { ask, add } = world;
    await ask('POST', '/secret-references/crm_password', {
      secretReferenceType: 'PASSWORD',
      secretName: 'crm.json',
      secretKey: 'password',
    });
    await ask('POST', '/secret-references/token', { secretReferenceType: 'PASSWORD', secretName: 'token' });
    const open = { authProvider: 'salesforce', authType: 'OAUTH_CLIENT_CRED' };
    const properties = { clientId: 'c', clientSecretReference: 'crm_password', passwordReference: 'token', accessTokenName: 'token' };
    const made = await add('by reference', { ...open, ...withProperties({ ...properties, customerReference: 'no secret' }) });
    // The name of a secret, not of a reference.
    const absent = await add('by no reference', { ...open, ...withProperties({ passwordReference: 'crm.json' }) });
    const held = await lease(made.body.id);
    const refused = await lease(absent.body.id);
    expect({
      statuses: [made.status, absent.status, held.status, refused.status],
      values: held.body.credentials.secretValues,
      validation: await validate(absent.body.id),
      told: refused.text.includes('no secret reference of that name'),
    }).toEqual({
      statuses: [201, 201, 201, 503],
      values: { clientSecretReference: VALUE, passwordReference: VALUE, accessTokenName: VALUE },
      validation: { success: false, codes: ['SECRET_MISSING'] },
      told: true,
    });
  });

  test('is given of each secret the member that stands beside its own name', async () => {
    const properties = {
      secretName: 'crm.json',
      secretKey: 'password',
      apiSecretName: 'crm.json',
      apiSecretKey: 'user',
      keySecretName: 'token',
    };
    const made = await world.add('of several', {
      authProvider: 'salesforce',
      authType: 'OAUTH_CLIENT_CRED',
      ...withProperties(properties),
    });
    const held = await lease(made.body.id);
    expect([made.status, held.status, held.body.credentials.secretValues]).toEqual([
      201,
      201,
      { secretName: VALUE, apiSecretName: 'crm', keySecretName: VALUE },
    ]);
  });

  test('is refused, and told nothing of it, where a name leads out of what was granted or to no text', async () => {
    const outcomes = [];
    for (const [name, properties, more] of [
      ['outside', { secretName: '../../etc/passwd' }, {}],
      ['object', { secretName: 'crm.json', secretKey: 'nobody' }, {}],
      ['elsewhere', { secretName: 'x' }, { secretsLocation: { type: 'AWS_SECRET_MANAGER', region: 'eu-west-1' } }],
    ] as const) {
      const { body } = await world.add(name, withProperties(properties, more));
      const { status, text } = await lease(body.id);
      outcomes.push([name, status, text.includes(VALUE)]);
    }
    expect(outcomes).toEqual([
      ['outside', 503, false],
      ['object', 503, false],
      ['elsewhere', 403, false],
    ]);
  });

  test('keeps its lease where its connection is protected against removal', async () => {
    const { body } = await world.add('protected', withProperties({ secretName: 'crm.json', secretKey: 'password' }));
    await world.gateway.graphql(PROTECT, { id: body.id });
    const held = await lease(body.id);
    const removed = await world.ask('DELETE', '/connections?connectionName=protected');
    const read = await rest(world.gateway, 'POST /api/v1/leases/read', { token: job, body: { key: held.body.key } });
    expect({ held: held.status, removed: removed.status, read: read.status }).toEqual({ held: 201, removed: 409, read: 200 });
  });

  test('shows no value in any answer of the dialect, nor in the audit', async () => {
    const { body } = await world.add('leased', withProperties({ secretName: 'crm.json', secretKey: 'password' }));
    const { status } = await lease(body.id);
    const answers = [await world.ask('GET', '/connections?size=100'), await world.ask('GET', '/connections/environment-overrides')];
    const { text } = await world.gateway.graphql('{ auditLog(first: 100) { edges { node { action details } } } }');
    const shown = [...answers.map((answer) => answer.text), text].filter((told) => told.includes(VALUE) || told.includes(TEST_VALUE));
    expect({ status, shown }).toEqual({ status: 201, shown: [] });
  });
});
