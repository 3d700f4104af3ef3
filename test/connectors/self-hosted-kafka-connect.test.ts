import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeConnect } from '../support/fakes/fake-kafka-rest.ts';

const options = { logins: ['Bearer a-token-of-the-test'], cluster: 'Kq8f-1' };
const fake = await startFakeConnect(options);
const busy = await startFakeConnect({ ...options, isRebalancing: true });
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  busy.close();
  await pool.close();
});

const details = { cluster: 'Kq8f-1', authType: 'BEARER', authToken: 'a-token-of-the-test', url: fake.url };

describeConnector('self-hosted-kafka-connect', {
  good: () => details,
  at: (host, port) => ({ ...details, url: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, authToken: canary }),
});

describe('self-hosted-kafka-connect', () => {
  const run = (given: Details) => runValidator(pool, 'self-hosted-kafka-connect', 'validate_connection', given);

  test('workers that share out their work are no refusal, and another cluster id is a warning', async () => {
    const other = await run({ ...details, cluster: 'mine' });
    expect({
      busy: (await run({ ...details, url: busy.url })).errors.map(({ code }) => code),
      other: [other.errors, other.warnings.map(({ code }) => code)],
      data: other.data?.returnedData,
    }).toEqual({ busy: ['PROVIDER_DOWN'], other: [[], ['SKIPPED']], data: { version: '4.1.0', cluster: 'Kq8f-1' } });
  });
});
