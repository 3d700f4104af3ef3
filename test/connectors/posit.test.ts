import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { findTemplate, kindOfTemplate, POSIT_TEMPLATES } from '../../src/domain/posit/templates.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { createFakeEntra } from '../support/fakes/fake-entra.ts';
import { startFakeTokenEndpoint } from '../support/fakes/fake-token-endpoint.ts';
import { startJsonServer } from '../support/fakes/json-server.ts';

const SECRET = 'a-secret-of-the-test';
const provider = await startFakeTokenEndpoint([
  { id: 'client', secret: SECRET },
  { id: 'for-users', secret: SECRET, isForUsers: true },
]);
const tenant = createFakeEntra({ tenant: 'tenant', apps: [{ clientId: 'client', secret: SECRET }] });
const entra = await startJsonServer((request) => tenant.answer(request) ?? { status: 404, body: 'not found' });
const pool = createTestPool();
afterAll(async () => {
  provider.close();
  entra.close();
  await pool.close();
});

const CLIENT = { clientId: 'client', clientSecret: SECRET };

/** What a template needs besides a client, at the address of its token endpoint. */
const NEEDS: Readonly<Record<string, (url: string) => Details>> = {
  aws: (url) => ({
    authorizationUri: `${url}/auth`,
    tokenUri: `${url}/token`,
    issuerUri: url,
    roleArn: 'arn:aws:iam::123456789012:role/r',
  }),
  azure: (url) => ({ tenantId: 'tenant', loginUrl: url }),
  custom: (url) => ({ authorizationUri: `${url}/auth`, tokenUri: `${url}/token` }),
  databricks: (url) => ({ host: url }),
  snowflake: (url) => ({ accountUrl: url }),
};

function detailsFor(id: string, url: string): Details {
  const isEntra = findTemplate(id)?.login?.probe === 'client';
  const needs = NEEDS[isEntra ? 'azure' : id] ?? ((loginUrl: string) => ({ loginUrl }));
  return { ...CLIENT, ...needs(url) };
}

const urlOf = (id: string) => (findTemplate(id)?.login?.probe === 'client' ? entra.url : provider.url);

for (const { id } of POSIT_TEMPLATES.filter(({ login }) => login !== null))
  describeConnector(kindOfTemplate({ id }), {
    good: () => detailsFor(id, urlOf(id)),
    at: (host, port) => detailsFor(id, `https://${host}:${port}`),
    withSecret: (canary) => ({ ...detailsFor(id, urlOf(id)), clientSecret: canary }),
  });

describe("kinds of Posit Connect's templates", () => {
  const codes = async (id: string, given: Details) => {
    const { errors, warnings } = await runValidator(pool, `posit-${id}`, 'validate_connection', given);
    return [...errors, ...warnings].map(({ code }) => code);
  };
  const sent = async (id: string, given: Details) => {
    provider.forms.length = 0;
    await codes(id, given);
    return provider.forms;
  };

  test('a service account asks for a token of its own, and one that may not is told so', async () => {
    const custom = { tokenUri: `${provider.url}/token`, authType: 'Service Account' };
    expect({
      good: await codes('custom', { ...CLIENT, ...custom }),
      forUsers: await codes('custom', { ...custom, clientId: 'for-users', clientSecret: SECRET }),
      form: (await sent('custom', { ...CLIENT, ...custom, scopes: 'a b' }))[0],
    }).toEqual({
      good: [],
      forUsers: ['ACCESS_DENIED'],
      form: { path: '/token', by: 'form', grant_type: 'client_credentials', scope: 'a b', client_id: 'client', client_secret: SECRET },
    });
  });

  test('a client that signs users in is known by the refusal of a refresh token that nobody issued', async () => {
    expect((await sent('snowflake', detailsFor('snowflake', provider.url)))[0]).toEqual({
      path: '/oauth/token-request',
      by: 'basic',
      grant_type: 'refresh_token',
      refresh_token: 'changeover-probe',
    });
  });

  test('the secret is shown as the config says, and at the address of the account', async () => {
    const basic = { ...detailsFor('custom', provider.url), tokenEndpointAuthMethod: 'client_secret_basic' };
    const account = { ...CLIENT, accountUrl: provider.url, otherKeys: '{"account_id":"a/b"}', authType: 'Service Account' };
    expect({
      custom: (await sent('custom', basic)).map(({ by }) => by),
      databricks: (await sent('databricks', account)).map(({ path, by, scope }) => ({ path, by, scope })),
    }).toEqual({
      custom: ['basic'],
      databricks: [{ path: '/oidc/accounts/a%2Fb/v1/token', by: 'basic', scope: 'all-apis' }],
    });
  });

  test('what has no secret, and what says the same of a wrong one, is a warning and no proof', async () => {
    expect({
      connect: await codes('connect', { maxRole: 'Viewer' }),
      isPublic: await codes('custom', { ...detailsFor('custom', provider.url), authMode: 'Public', clientSecret: undefined }),
      ambiguous: await codes('salesforce', detailsFor('salesforce', provider.url)),
    }).toEqual({ connect: ['SKIPPED'], isPublic: ['SKIPPED', 'PERMISSION_MISSING'], ambiguous: ['SKIPPED'] });
  });

  test('a role that is a service account is not assumed unless it was granted', async () => {
    const role = { authType: 'Service Account', roleArn: 'arn:aws:iam::123456789012:role/r' };
    expect(await codes('aws', role)).toEqual(['AWS_ROLE_NOT_GRANTED']);
  });

  test('scopes that ask for no refresh token are warned of where users sign in, and where the vendor knows such a scope', async () => {
    const scoped = (id: string, scopes: string) => codes(id, { ...detailsFor(id, urlOf(id)), scopes });
    const { warnings } = await runValidator(pool, 'posit-azure', 'validate_connection', detailsFor('azure', entra.url));
    expect({
      told: warnings.map(({ code, friendlyMessage, resolution }) => `${code}: ${friendlyMessage} ${resolution}`),
      custom: [await scoped('custom', 'openid email'), await scoped('custom', 'openid offline_access')],
      snowflake: [await scoped('snowflake', 'offline_access'), await scoped('snowflake', 'session:role:r refresh_token')],
      google: await scoped('drive', 'openid'),
      account: await codes('custom', { ...CLIENT, tokenUri: `${provider.url}/token`, authType: 'Service Account' }),
    }).toEqual({
      told: [
        'PERMISSION_MISSING: Users are logged out whenever an access token ends, since scopes do not ask for a refresh token. Add offline_access to scopes.',
      ],
      custom: [['PERMISSION_MISSING'], []],
      snowflake: [['PERMISSION_MISSING'], []],
      google: [],
      account: [],
    });
  });

  test('a provider that is not working is not taken for one that refuses', async () => {
    provider.setDown(true);
    const found = await codes('custom', detailsFor('custom', provider.url));
    provider.setDown(false);
    expect(found).toEqual(['PROVIDER_DOWN']);
  });
});
