import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeInformatica } from '../support/fakes/fake-informatica.ts';

const options = {
  orgId: 'org1',
  users: [
    { name: 'ada', password: 'a-password-of-the-test' },
    { name: 'bob', password: 'another', mayRead: false },
  ],
  client: { id: 'client', secret: 's' },
};
const fake = await startFakeInformatica(options);
const rogue = await startFakeInformatica({ ...options, serverUrl: 'https://elsewhere.example.com/saas' });
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  rogue.close();
  await pool.close();
});

const details = { username: 'ada', password: 'a-password-of-the-test', baseUrl: fake.url };

describeConnector('informatica', {
  good: () => details,
  at: (host, port) => ({ ...details, baseUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('informatica', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'informatica', validator, given);

  test('says who signed in and nothing else of the answer, and leaves no session behind', async () => {
    const { data } = await run('validate_identity', details);
    expect({ who: data?.returnedData, left: fake.sessions.size }).toEqual({ who: { id: 'usr1', name: 'ada', orgId: 'org1' }, left: 0 });
  });

  test('a user who may not read connections has signed in, and lacks a permission', async () => {
    const bob = { ...details, username: 'bob', password: 'another' };
    const codes = async (validator: string) => (await run(validator, bob)).errors.map(({ code }) => code);
    expect({ connection: await codes('validate_connection'), permissions: await codes('validate_permissions') }).toEqual({
      connection: [],
      permissions: ['PERMISSION_MISSING'],
    });
  });

  test('a session is taken to no host of another domain, whatever the answer to the login says', async () => {
    const { errors } = await run('validate_permissions', { ...details, baseUrl: rogue.url });
    expect(errors.map(({ code, cause }) => [code, cause])).toEqual([['PROTOCOL_ERROR', 'the login named a server of another domain']]);
  });
});
