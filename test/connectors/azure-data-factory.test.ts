import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeDataFactory } from '../support/fakes/fake-data-factory.ts';

const TENANT = 'contoso.onmicrosoft.com';
const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';
const fake = await startFakeDataFactory({
  tenant: TENANT,
  apps: [
    { clientId: 'app-1', secret: 'a~secret-of-the-test' },
    { clientId: 'app-2', secret: 'second' },
  ],
  subscription: SUBSCRIPTION,
  resourceGroup: 'rg(prod)',
  factory: 'adf-1',
  readers: ['app-1'],
});
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const details = {
  tenantId: TENANT,
  clientId: 'app-1',
  clientSecret: 'a~secret-of-the-test',
  subscriptionId: SUBSCRIPTION,
  resourceGroupName: 'rg(prod)',
  factoryName: 'adf-1',
  loginUrl: fake.url,
  managementUrl: fake.url,
};

describeConnector('azure-data-factory', {
  good: () => details,
  at: (host, port) => ({ ...details, loginUrl: `https://${host}:${port}`, managementUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, clientSecret: canary }),
});

describe('azure-data-factory', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'azure-data-factory', validator, given);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);

  test('each way in which the factory is not seen has a code', async () => {
    expect({
      tenant: await codes({ ...details, tenantId: 'nobody.onmicrosoft.com' }),
      subscription: await codes({ ...details, subscriptionId: '2' }),
      group: await codes({ ...details, resourceGroupName: 'other' }),
      factory: await codes({ ...details, factoryName: 'adf-2' }),
      role: await codes({ ...details, clientId: 'app-2', clientSecret: 'second' }),
    }).toEqual({
      tenant: ['DATABASE_NOT_FOUND'],
      subscription: ['DATABASE_NOT_FOUND'],
      group: ['DATABASE_NOT_FOUND'],
      factory: ['DATABASE_NOT_FOUND'],
      role: ['PERMISSION_MISSING'],
    });
  });

  test('the identity is what the token says, and the factory says its state', async () => {
    expect({
      who: (await run('validate_identity', details)).data?.returnedData,
      state: (await run('validate_connection', details)).data?.returnedData,
    }).toEqual({
      who: { appid: 'app-1', oid: 'oid-of-app-1', tid: TENANT },
      state: { factory: 'adf-1', provisioningState: 'Succeeded' },
    });
  });
});
