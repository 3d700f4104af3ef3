import { afterAll, describe, expect, test } from 'vitest';
import { originOf } from '../../src/connectors/families/salesforce/salesforce-fields.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeSalesforce } from '../support/fakes/fake-salesforce.ts';

const fake = await startFakeSalesforce({
  users: [
    { name: 'ada@acme.com', password: '<a-password>&"of-the-test', token: 'TOKEN1' },
    { name: 'old@acme.com', password: 'p', token: '', isExpired: true },
    { name: 'soap@acme.com', password: 'p', token: '', fault: 'INSUFFICIENT_ACCESS' },
    { name: 'night@acme.com', password: 'p', token: '', fault: 'LOGIN_DURING_RESTRICTED_TIME' },
  ],
  apps: [
    { key: '3MVG9.app', secret: 'an-app-secret' },
    { key: '3MVG9.norun', secret: 's', grantFault: 'no client credentials user enabled' },
    { key: '3MVG9.login', secret: 's', grantFault: 'request not supported on this domain' },
  ],
});
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const user = { user: 'ada@acme.com', password: '<a-password>&"of-the-test', token: 'TOKEN1', domain: fake.url };
const app = { consumerKey: '3MVG9.app', consumerSecret: 'an-app-secret', domain: fake.url };

describeConnector('salesforce-crm', {
  good: () => app,
  at: (host, port) => ({ ...app, domain: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...app, consumerSecret: canary }),
});

describe('salesforce-crm', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'salesforce-crm', validator, given);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);
  const as = (name: string) => codes({ user: name, password: 'p', domain: fake.url });

  test('a user signs in, whatever is in the password, and each way to fail has a code', async () => {
    expect({
      right: await codes(user),
      password: await codes({ ...user, password: 'wrong' }),
      token: await codes({ ...user, token: undefined }),
      expired: await as('old@acme.com'),
      soap: await as('soap@acme.com'),
      hours: await as('night@acme.com'),
    }).toEqual({
      right: [],
      password: ['CREDENTIALS_REJECTED'],
      token: ['CREDENTIALS_REJECTED'],
      expired: ['CREDENTIALS_REJECTED'],
      soap: ['ACCESS_DENIED'],
      hours: ['ACCESS_DENIED'],
    });
  });

  test('an unknown app, one that runs as nobody and a domain that takes none are told apart', async () => {
    expect({
      unknown: await codes({ ...app, consumerKey: '3MVG9.none' }),
      nobody: await codes({ ...app, consumerKey: '3MVG9.norun', consumerSecret: 's' }),
      domain: await codes({ ...app, consumerKey: '3MVG9.login', consumerSecret: 's' }),
    }).toEqual({ unknown: ['CREDENTIALS_REJECTED'], nobody: ['ACCESS_DENIED'], domain: ['DATABASE_NOT_FOUND'] });
  });

  test('says who signed in, by either way', async () => {
    const who = async (given: Details) => (await run('validate_identity', given)).data?.returnedData;
    const ada = { userId: '005A', organizationId: '00DA' };
    expect({ user: await who(user), app: await who(app) }).toEqual({ user: ada, app: ada });
  });

  test.each([
    ['acme', 'https://acme.my.salesforce.com'],
    ['acme.my', 'https://acme.my.salesforce.com'],
    ['acme--dev.sandbox.my', 'https://acme--dev.sandbox.my.salesforce.com'],
    ['acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
    ['test', 'https://test.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
    ['http://acme.my.salesforce.com', null],
    ['https://acme.my.salesforce.com/path', null],
    ['acme/../evil', null],
  ])('the domain %s is read as %j', (domain, expected) => {
    expect(originOf(domain)).toEqual(expected);
  });
});
