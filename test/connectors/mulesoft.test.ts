import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeMulesoft } from '../support/fakes/fake-mulesoft.ts';

const fake = await startFakeMulesoft([
  { id: 'app', secret: 'a-secret-of-the-test', orgId: 'org-1', environments: ['Production'] },
  { id: 'blind', secret: 'second', orgId: 'org-1' },
  { id: 'api', secret: 'third', orgId: 'org-1', isApiClient: true },
]);
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const details = { clientId: 'app', clientSecret: 'a-secret-of-the-test', region: 'US', apiUrl: fake.url };

describeConnector('mulesoft', {
  good: () => details,
  at: (host, port) => ({ ...details, region: 'EU', apiUrl: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, clientSecret: canary }),
});

describe('mulesoft', () => {
  const run = (validator: string, given: Details) => runValidator(pool, 'mulesoft', validator, given);

  test('a wrong secret, the client of an API and an organisation that is not its own are told apart', async () => {
    const resolution = async (given: Details) =>
      (await run('validate_connection', given)).errors.map(({ code, resolution: text }) => [code, text]);
    expect({
      wrong: await resolution({ ...details, clientSecret: 'wrong' }),
      api: await resolution({ ...details, clientId: 'api', clientSecret: 'third' }),
      organisation: await resolution({ ...details, orgId: 'org-2' }),
      own: await resolution({ ...details, orgId: 'org-1' }),
    }).toEqual({
      wrong: [['CREDENTIALS_REJECTED', 'Check clientId, clientSecret and region.']],
      api: [['CREDENTIALS_REJECTED', 'Make a connected app that acts on its own behalf, and give its id and secret.']],
      organisation: [['DATABASE_NOT_FOUND', 'Check orgId and the scopes of the app.']],
      own: [],
    });
  });

  test('says whose the app is, and warns where it sees no environment', async () => {
    const blind = await run('validate_permissions', { ...details, clientId: 'blind', clientSecret: 'second' });
    expect({
      who: (await run('validate_identity', details)).data?.returnedData,
      blind: blind.warnings.map(({ code }) => code),
    }).toEqual({ who: { name: 'loader', orgId: 'org-1' }, blind: ['PERMISSION_MISSING'] });
  });
});
