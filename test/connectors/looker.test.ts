import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeLooker } from '../support/fakes/fake-looker.ts';

const keys = [
  { id: 'key of the test', secret: 'a secret & of the test', userId: '7', models: ['sales'] },
  { id: 'key without models', secret: 'another secret', userId: '8' },
];
const fake = await startFakeLooker(keys);
const secure = await startFakeLooker(keys, { tls: true });
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  secure.close();
  await pool.close();
});

const details = { baseUrl: fake.url, clientId: 'key of the test', clientSecret: 'a secret & of the test' };

describeConnector('looker', {
  good: () => details,
  at: (host, port) => ({ ...details, baseUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, clientSecret: canary }),
});

describe('looker', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'looker', validator, given);
  const codes = async (given: Details) => {
    const { errors, warnings } = await run('validate_connection', given);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('a wrong key is told from an address that is not Looker', async () => {
    expect({
      wrong: await codes({ ...details, clientSecret: 'wrong' }),
      elsewhere: await codes({ ...details, baseUrl: `${fake.url}/below` }),
      // The address of the API itself is what some paste.
      whole: await codes({ ...details, baseUrl: `${fake.url}/api/4.0/` }),
    }).toEqual({ wrong: ['CREDENTIALS_REJECTED'], elsewhere: ['PROTOCOL_ERROR'], whole: [] });
  });

  test('a certificate that nobody vouches for is refused, unless that is said to be right, which is warned of', async () => {
    expect({
      verified: await codes({ ...details, baseUrl: secure.url }),
      unverified: await codes({ ...details, baseUrl: secure.url, verifySsl: false }),
    }).toEqual({ verified: ['TLS_UNTRUSTED'], unverified: ['NOT_PROTECTED'] });
  });

  test('says who the key acts as, warns where it sees no model, and leaves no session behind', async () => {
    const who = (await run('validate_identity', details)).data?.returnedData;
    const blind = { ...details, clientId: 'key without models', clientSecret: 'another secret' };
    const { errors, warnings } = await run('validate_permissions', blind);
    expect({ who, errors, warnings: warnings.map(({ code }) => code), left: fake.sessions.size }).toEqual({
      who: { id: '7', email: '7@example.com', role_ids: ['2'] },
      errors: [],
      warnings: ['PERMISSION_MISSING'],
      left: 0,
    });
  });
});
