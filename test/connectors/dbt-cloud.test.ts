import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeDbtCloud } from '../support/fakes/fake-dbt-cloud.ts';

const accounts = [{ id: 70403103921357, name: 'Acme' }];
const fake = await startFakeDbtCloud(
  [
    { token: 'dbtc_a-token-of-the-test', accounts },
    { token: 'dbtc_a-blind-one', accounts, mayRead: false },
    { token: 'dbtc_of-an-unpaid-account', accounts, unpaid: true },
  ],
  ['wsu_1'],
);
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const details = { apiToken: 'dbtc_a-token-of-the-test', accountId: '70403103921357', baseUrl: fake.url, webhookId: 'wsu_1' };

describeConnector('dbt-cloud', {
  good: () => details,
  at: (host, port) => ({ ...details, baseUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, apiToken: canary }),
});

describe('dbt-cloud', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'dbt-cloud', validator, given);
  const codes = async (validator: string, given: Details) => (await run(validator, given)).errors.map(({ code }) => code);

  test('each way in which a login fails has a code, and a refusal names the base URL, too', async () => {
    const refused = await run('validate_connection', { ...details, apiToken: 'wrong' });
    expect({
      refused: refused.errors.map(({ code, resolution }) => [code, resolution.includes('dbtCloudBaseUrl')]),
      account: await codes('validate_connection', { ...details, accountId: '1' }),
      unpaid: await codes('validate_connection', { ...details, apiToken: 'dbtc_of-an-unpaid-account' }),
    }).toEqual({ refused: [['CREDENTIALS_REJECTED', true]], account: ['DATABASE_NOT_FOUND'], unpaid: ['ACCESS_DENIED'] });
  });

  test('the account is named, and what the token may not see is said', async () => {
    expect({
      who: (await run('validate_identity', details)).data?.returnedData,
      blind: await codes('validate_permissions', { ...details, apiToken: 'dbtc_a-blind-one' }),
    }).toEqual({ who: { account: { id: '70403103921357', name: 'Acme' } }, blind: ['PERMISSION_MISSING'] });
  });

  test('a webhook is looked up, and never made to send an event', async () => {
    expect({
      missing: await codes('validate_webhook', { ...details, webhookId: 'wsu_2' }),
      none: await codes('validate_webhook', { ...details, webhookId: undefined }),
      sent: fake.sent,
    }).toEqual({ missing: ['PERMISSION_MISSING'], none: [], sent: [] });
  });
});
