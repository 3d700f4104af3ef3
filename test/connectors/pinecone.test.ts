import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakePinecone } from '../support/fakes/fake-pinecone.ts';

const fake = await startFakePinecone([
  { key: 'pcsk_a-key-of-the-test', projectId: 'c01b3cc', indexes: ['products', 'my-docs'] },
  { key: 'pcsk_without-indexes', projectId: 'c01b3cc', indexes: [] },
  { key: 'pcsk_without-role', projectId: 'c01b3cc', indexes: [], mayList: false },
]);
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const details = { environment: 'us-east1-gcp', projectId: 'c01b3cc', apiKey: 'pcsk_a-key-of-the-test', apiUrl: fake.url };

describeConnector('pinecone', {
  good: () => details,
  at: (host, port) => ({ ...details, apiUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, apiKey: canary }),
});

describe('pinecone', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'pinecone', validator, given);
  const codes = async (given: Details) => {
    const { errors, warnings } = await run('validate_connection', given);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('a key of another project, one without a role and one whose project has no index are told apart', async () => {
    expect({
      project: await codes({ ...details, projectId: 'other' }),
      role: await codes({ ...details, apiKey: 'pcsk_without-role' }),
      empty: await codes({ ...details, apiKey: 'pcsk_without-indexes' }),
    }).toEqual({ project: ['DATABASE_NOT_FOUND'], role: ['PERMISSION_MISSING'], empty: ['SKIPPED'] });
  });

  test('the project is told by the hosts of its indexes, and the indexes are listed', async () => {
    expect({
      who: (await run('validate_identity', details)).data?.returnedData,
      indexes: (await run('validate_connection', details)).data?.returnedData,
    }).toEqual({ who: { projects: ['c01b3cc'] }, indexes: { indexes: ['products', 'my-docs'] } });
  });
});
