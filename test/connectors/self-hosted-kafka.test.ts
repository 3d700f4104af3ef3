import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeKafkaRest } from '../support/fakes/fake-kafka-rest.ts';

const LOGIN = 'loader:a password-of-the-test';
const BASIC = Buffer.from(LOGIN).toString('base64');
const options = { logins: [`Basic ${BASIC}`, 'Bearer a-token'], cluster: 'Kq8f-1', topics: ['orders'] };
const fake = await startFakeKafkaRest(options);
const embedded = await startFakeKafkaRest({ ...options, logins: null, api: '/kafka/v3', topics: [] });
const older = await startFakeKafkaRest({ ...options, api: null });
const pool = createTestPool();
afterAll(async () => {
  for (const server of [fake, embedded, older]) server.close();
  await pool.close();
});

const details = { cluster: 'Kq8f-1', authType: 'BASIC', authToken: LOGIN, url: fake.url };

describeConnector('self-hosted-kafka', {
  good: () => details,
  at: (host, port) => ({ ...details, url: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, authToken: canary }),
});

describe('self-hosted-kafka', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'self-hosted-kafka', validator, given);
  const codes = async (given: Details, validator = 'validate_connection') => {
    const { errors, warnings } = await run(validator, given);
    return [...errors, ...warnings].map(({ code }) => code);
  };
  const open = { cluster: 'Kq8f-1', authType: 'NO_AUTH', url: embedded.url };

  test('takes user and password as they are or as base64, a token, and nobody', async () => {
    expect({
      encoded: await codes({ ...details, authToken: BASIC }),
      bearer: await codes({ ...details, authType: 'BEARER', authToken: 'a-token' }),
      nobody: await codes(open),
      // A server that wants a login has refused none.
      unasked: await codes({ ...open, url: fake.url }),
    }).toEqual({ encoded: [], bearer: [], nobody: [], unasked: ['ACCESS_DENIED'] });
  });

  test('another cluster is told, and a proxy of version 2 can not say which it serves', async () => {
    expect({
      other: await codes({ ...details, cluster: 'other' }),
      older: await codes({ ...details, url: older.url }),
      topics: await codes({ ...details, url: older.url }, 'validate_permissions'),
      empty: await codes(open, 'validate_permissions'),
    }).toEqual({ other: ['DATABASE_NOT_FOUND'], older: ['SKIPPED'], topics: [], empty: ['PERMISSION_MISSING'] });
  });

  test.each([
    ['a token where nobody signs in', { ...open, authToken: 't' }, 'authToken'],
    ['no token where one signs in', { ...details, authToken: undefined }, 'authToken'],
    ['a bearer token that no header holds', { ...details, authType: 'BEARER', authToken: 'two words' }, 'authToken'],
    ['a token over plain http', { ...details, url: 'http://kafka.example.com:8082' }, 'url'],
  ])('%s is refused', (_, given, path) => {
    const connector = catalogue.find('self-hosted-kafka');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, given)).toThrow(expect.objectContaining({ details: expect.objectContaining({ path }) }));
  });
});
