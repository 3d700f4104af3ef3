import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeFivetran } from '../support/fakes/fake-fivetran.ts';

const keys = [
  { key: 'a-key-of-the-test', secret: 'a secret: of the test' },
  { key: 'a-system-key', secret: 'second', systemKeyId: 'sys_1', mayRead: false },
];
const fake = await startFakeFivetran(keys);
const older = await startFakeFivetran(keys, { accountPath: '/v1/account/info' });
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  older.close();
  await pool.close();
});

const details = { apiKey: 'a-key-of-the-test', apiPassword: 'a secret: of the test', baseUrl: fake.url };

describeConnector('fivetran', {
  good: () => details,
  at: (host, port) => ({ ...details, baseUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, apiKey: canary, apiPassword: canary }),
});

describe('fivetran', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'fivetran', validator, given);
  const system = { ...details, apiKey: 'a-system-key', apiPassword: 'second' };

  test('says of which account and of which sort the key is, at the older path, too', async () => {
    expect({
      user: (await run('validate_identity', details)).data?.returnedData,
      system: (await run('validate_identity', { ...system, baseUrl: older.url })).data?.returnedData,
    }).toEqual({
      user: { account: { id: 'acc_1', name: 'Acme' }, user: 'usr_1', systemKey: null },
      system: { account: { id: 'acc_1', name: 'Acme' }, user: null, systemKey: 'sys_1' },
    });
  });

  test('a wrong secret of a right key is CREDENTIALS_REJECTED, and a key without rights lacks a permission', async () => {
    const codes = async (validator: string, given: Details) => (await run(validator, given)).errors.map(({ code }) => code);
    expect({
      wrong: await codes('validate_connection', { ...details, apiPassword: 'wrong' }),
      blind: await codes('validate_permissions', system),
    }).toEqual({ wrong: ['CREDENTIALS_REJECTED'], blind: ['PERMISSION_MISSING'] });
  });
});
