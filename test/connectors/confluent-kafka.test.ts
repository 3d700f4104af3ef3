import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeKafkaRest } from '../support/fakes/fake-kafka-rest.ts';

const login = (key: string) => `Basic ${Buffer.from(key).toString('base64')}`;
const options = { logins: [login('KEY:a-secret/of+the test')], cluster: 'lkc-1', api: '/kafka/v3' as const };
const fake = await startFakeKafkaRest({ ...options, topics: ['orders'] });
const empty = await startFakeKafkaRest(options);
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  empty.close();
  await pool.close();
});

const details = { cluster: 'lkc-1', apiKey: 'KEY', secret: 'a-secret/of+the test', url: fake.url };

describeConnector('confluent-kafka', {
  good: () => details,
  at: (host, port) => ({ ...details, url: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, apiKey: canary, secret: canary }),
});

describe('confluent-kafka', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'confluent-kafka', validator, given);

  test('another cluster is not found, a wrong secret of a right key is refused, and no topics are a warning', async () => {
    const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);
    expect({
      cluster: await codes({ ...details, cluster: 'lkc-2' }),
      secret: await codes({ ...details, secret: 'wrong' }),
      empty: (await run('validate_permissions', { ...details, url: empty.url })).warnings.map(({ code }) => code),
    }).toEqual({ cluster: ['DATABASE_NOT_FOUND'], secret: ['CREDENTIALS_REJECTED'], empty: ['PERMISSION_MISSING'] });
  });
});
