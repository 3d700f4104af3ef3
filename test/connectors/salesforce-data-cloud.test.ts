import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeSalesforce } from '../support/fakes/fake-salesforce.ts';

const fake = await startFakeSalesforce({
  apps: [
    { key: '3MVG9.app', secret: 'an-app-secret' },
    { key: '3MVG9.crm', secret: 's', mayReadData: false },
  ],
  dataspaces: ['default', 'sales'],
});
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const details = { consumerKey: '3MVG9.app', consumerSecret: 'an-app-secret', domain: fake.url };

describeConnector('salesforce-data-cloud', {
  good: () => details,
  at: (host, port) => ({ ...details, domain: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, consumerSecret: canary }),
});

describe('salesforce-data-cloud', () => {
  const run = (given: Details) => runValidator(pool, 'salesforce-data-cloud', 'validate_connection', given);

  test('a token is exchanged for each data space, and one that is absent or may not be read is told', async () => {
    const before = fake.exchanged.size;
    const both = await run({ ...details, dataspaces: ['default', 'sales'] });
    expect({
      both: [both.errors, both.data?.datasetsValidated, fake.exchanged.size - before],
      absent: (await run({ ...details, dataspace: 'none' })).errors.map(({ code }) => code),
      scope: (await run({ ...details, consumerKey: '3MVG9.crm', consumerSecret: 's' })).errors.map(({ code }) => code),
    }).toEqual({ both: [[], ['default', 'sales'], 2], absent: ['DATABASE_NOT_FOUND'], scope: ['PERMISSION_MISSING'] });
  });
});
