import { afterAll, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeConfluentConnect } from '../support/fakes/fake-kafka-rest.ts';

const fake = await startFakeConfluentConnect(['CLOUD:a-secret-of-the-test'], '/connect/v1/environments/env-1/clusters/lkc-1');
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const details = { confluentEnv: 'env-1', cluster: 'lkc-1', apiKey: 'CLOUD', secret: 'a-secret-of-the-test', url: fake.url };

describeConnector('confluent-kafka-connect', {
  good: () => details,
  at: (host, port) => ({ ...details, url: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, apiKey: canary, secret: canary }),
});

test('a refusal says which sort of key is wanted, and another environment is not found', async () => {
  const run = async (given: Details) => (await runValidator(pool, 'confluent-kafka-connect', 'validate_connection', given)).errors;
  expect({
    refused: (await run({ ...details, secret: 'wrong' })).map(({ resolution }) => resolution),
    elsewhere: (await run({ ...details, confluentEnv: 'env-2' })).map(({ code }) => code),
  }).toEqual({ refused: ['Check key and secret, and that it is a Cloud API key.'], elsewhere: ['DATABASE_NOT_FOUND'] });
});
