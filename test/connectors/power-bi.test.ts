import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakePowerBi } from '../support/fakes/fake-power-bi.ts';

const TENANT = 'contoso.onmicrosoft.com';
const fake = await startFakePowerBi({
  tenant: TENANT,
  apps: [
    { clientId: 'app-1', secret: 'a~secret.of the+test' },
    { clientId: 'app-2', secret: 'second' },
    { clientId: 'app-3', secret: 'old', isExpired: true },
  ],
  users: [
    { name: 'ada@contoso.com', password: 'a password' },
    { name: 'bob@contoso.com', password: 'b password', needsSecondFactor: true },
    { name: 'eve@fabrikam.com', password: 'e password', isFederated: true },
  ],
  permitted: ['app-1', 'ada@contoso.com'],
});
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const place = { tenantId: TENANT, loginUrl: fake.url, apiUrl: fake.url, clientId: 'app-1' };
const details = { ...place, authMode: 'SERVICE_PRINCIPAL', clientSecret: 'a~secret.of the+test' };

describeConnector('power-bi', {
  good: () => details,
  at: (host, port) => ({ ...details, loginUrl: `https://${host}:${port}`, apiUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, clientSecret: canary }),
});

describe('power-bi', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'power-bi', validator, given);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);
  const user = (username: string, password: string) => ({ ...place, authMode: 'PRIMARY_USER', username, password });

  test('a user signs in with a password, unless it takes a second factor or another directory', async () => {
    expect({
      right: await codes(user('ada@contoso.com', 'a password')),
      wrong: await codes(user('ada@contoso.com', 'wrong')),
      secondFactor: await codes(user('bob@contoso.com', 'b password')),
      federated: await codes(user('eve@fabrikam.com', 'e password')),
    }).toEqual({ right: [], wrong: ['CREDENTIALS_REJECTED'], secondFactor: ['ACCESS_DENIED'], federated: ['ACCESS_DENIED'] });
  });

  test('each way in which a service principal fails has a code', async () => {
    expect({
      tenant: await codes({ ...details, tenantId: 'nobody.onmicrosoft.com' }),
      app: await codes({ ...details, clientId: 'app-9' }),
      expired: await codes({ ...details, clientId: 'app-3', clientSecret: 'old' }),
      notPermitted: await codes({ ...details, clientId: 'app-2', clientSecret: 'second' }),
    }).toEqual({
      tenant: ['DATABASE_NOT_FOUND'],
      app: ['DATABASE_NOT_FOUND'],
      expired: ['CREDENTIALS_REJECTED'],
      notPermitted: ['PERMISSION_MISSING'],
    });
  });

  test('the identity is what the token says', async () => {
    expect((await run('validate_identity', details)).data?.returnedData).toEqual({ appid: 'app-1', oid: 'oid-of-app-1', tid: TENANT });
  });
});
