import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeTableau } from '../support/fakes/fake-tableau.ts';

const fake = await startFakeTableau({
  site: 'acme',
  users: [
    { name: 'ada', password: 'a-password-of-the-test', siteRole: 'Explorer', workbooks: 3 },
    { name: 'root', password: 'root-password', siteRole: 'SiteAdministratorExplorer' },
  ],
  tokens: [{ name: 'ci', secret: 'a-token-of-the-test', user: 'ada' }],
  apps: [{ clientId: 'app-1', secretId: 'secret-1', secret: 'an-app-secret' }],
});
const pool = createTestPool();
afterAll(async () => {
  fake.close();
  await pool.close();
});

const place = { serverName: fake.url, siteName: 'acme' };
const token = { ...place, tokenName: 'ci', tokenValue: 'a-token-of-the-test' };
const app = { ...place, username: 'ada', clientId: 'app-1', secretId: 'secret-1', secretValue: 'an-app-secret' };

describeConnector('tableau', {
  good: () => token,
  at: (host, port) => ({ ...token, serverName: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...token, tokenValue: canary }),
});

describe('tableau', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'tableau', validator, given, current);
  const codes = async (given: Details, current: Details | null = null) => {
    const { errors, warnings } = await run('validate_connection', given, current);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('signs in by password, by token and by connected app, and each wrong secret is CREDENTIALS_REJECTED', async () => {
    const password = { ...place, username: 'ada', password: 'a-password-of-the-test' };
    expect({
      right: [await codes(password), await codes(token), await codes(app)],
      wrong: [await codes({ ...password, password: 'wrong' }), await codes({ ...app, secretValue: 'wrong' })],
      site: await codes({ ...token, siteName: 'another' }),
      noSuchUser: (await run('validate_connection', { ...app, username: 'nobody' })).errors[0]?.resolution,
      noSuchSecret: (await run('validate_connection', { ...app, secretId: 'secret-2' })).errors[0]?.resolution,
      left: fake.sessions.size,
    }).toEqual({
      right: [[], [], []],
      wrong: [['CREDENTIALS_REJECTED'], ['CREDENTIALS_REJECTED']],
      site: ['CREDENTIALS_REJECTED'],
      noSuchUser: 'Check username, whose case matters, and siteName.',
      noSuchSecret: 'Check secretId, and make a new secret where it was deleted.',
      left: 0,
    });
  });

  test('a token that is in use is warned of: signing in with it ends the session of a job', async () => {
    expect(await codes(token, token)).toEqual(['NOT_PROTECTED']);
  });

  test('says who signed in, and warns of an administrator and of a site without workbooks', async () => {
    const root = { ...place, username: 'root', password: 'root-password' };
    const administrator = await run('validate_identity', root);
    expect({
      who: administrator.data?.returnedData,
      warned: administrator.warnings.map(({ code }) => code),
      blind: (await run('validate_permissions', root)).warnings.map(({ code }) => code),
    }).toEqual({ who: { name: 'root', siteRole: 'SiteAdministratorExplorer' }, warned: ['NOT_PROTECTED'], blind: ['PERMISSION_MISSING'] });
  });

  test.each([
    ['no way to sign in', place, 'password'],
    ['two ways', { ...token, username: 'ada', password: 'p' }, 'password'],
    ['a token without its name', { ...place, tokenValue: 't' }, 'tokenName'],
    ['an app without a user', { ...app, username: undefined }, 'username'],
    ['the name of a site as it is shown', { ...token, siteName: 'Acme Inc' }, 'siteName'],
  ])('%s is refused, and the field named', (_, given, path) => {
    const connector = catalogue.find('tableau');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, given)).toThrow(expect.objectContaining({ details: expect.objectContaining({ path }) }));
  });
});
