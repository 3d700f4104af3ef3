import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeInformatica } from '../support/fakes/fake-informatica.ts';

const fake = await startFakeInformatica({
  orgId: 'org1',
  users: [{ name: 'ada', password: 'a-password-of-the-test' }],
  client: { id: 'a client', secret: 'a:secret-of-the-test' },
});
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const oauth = {
  clientId: 'a client',
  clientSecret: 'a:secret-of-the-test',
  accessTokenEndpoint: `${fake.url}/token`,
  grantType: 'client_credentials',
};
const password = { authMode: 'PASSWORD', username: 'ada', password: 'a-password-of-the-test', baseUrl: fake.url };
const details = { authMode: 'OAUTH', oauth, orgId: 'org1', baseUrl: fake.url };

describeConnector('informatica-v2', {
  good: () => password,
  at: (host, port) => ({ ...password, baseUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...password, password: canary }),
});

describe('informatica-v2', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'informatica-v2', validator, given);
  const causes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code, cause }) => [code, cause]);

  test('says at which of the two steps a login fails', async () => {
    expect({
      right: await causes(details),
      token: await causes({ ...details, oauth: { ...oauth, clientSecret: 'wrong' } }),
      login: await causes({ ...details, orgId: 'org2' }),
      wrong: await causes({ ...password, password: 'wrong' }),
    }).toEqual({
      right: [],
      token: [['CREDENTIALS_REJECTED', 'the token endpoint answered 401 invalid_client']],
      login: [['CREDENTIALS_REJECTED', 'the login failed (UI_10000)']],
      wrong: [['CREDENTIALS_REJECTED', 'the login failed (UI_10000)']],
    });
  });

  test('warns of a user of another organisation', async () => {
    const { warnings } = await run('validate_identity', { ...password, orgId: 'org2' });
    expect(warnings.map(({ code }) => code)).toEqual(['ACCESS_DENIED']);
  });

  test.each([
    ['OAuth without the organisation', { ...details, orgId: undefined }, 'orgId'],
    ['a password where OAuth is said', { ...details, username: 'ada', password: 'p' }, 'username'],
    ['a password that is left out', { authMode: 'PASSWORD', username: 'ada' }, 'password'],
  ])('%s is refused', (_, given, path) => {
    const connector = catalogue.find('informatica-v2');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, given)).toThrow(expect.objectContaining({ details: expect.objectContaining({ path }) }));
  });
});
