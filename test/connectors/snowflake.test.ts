import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostOf } from '../../src/connectors/snowflake/open-session.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { ACCOUNT, startFakeSnowflake } from '../support/fakes/fake-snowflake.ts';
import { startJsonServer } from '../support/fakes/json-server.ts';

const PASSPHRASE = 'the passphrase of the key';
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const encrypted = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSPHRASE },
});
const base64 = (pem: string) => Buffer.from(pem).toString('base64');

const fake = await startFakeSnowflake(
  [
    {
      name: 'LOADER',
      password: 'winter-2025-loader',
      publicKey: pair.publicKey,
      token: 'a-programmatic-token',
      roles: ['LOAD', 'lower_case'],
    },
    { name: 'LOADER_2026', password: 'sprung-2026-loader', publicKey: encrypted.publicKey, roles: ['LOAD_2026'], isSecurityAdmin: true },
    { name: 'STRANGER', password: 'strange-password', roles: ['NOTHING'] },
    { name: 'BOSS', password: 'boss-password', roles: ['ACCOUNTADMIN'] },
    { name: 'LOCKED', roles: [], refusal: ['390102', 'Your user account has been temporarily locked due to too many failed attempts.'] },
    { name: 'OFF', roles: [], refusal: ['390101', 'User access disabled. Contact your local system administrator.'] },
    { name: 'ELSEWHERE', roles: [], refusal: ['390422', 'Incoming request with IP/Token 1.2.3.4 is not allowed to access Snowflake.'] },
    { name: 'PERSON', roles: [], refusal: ['394508', 'Multi-factor authentication is required for this account.'] },
    { name: 'ODD', roles: [], refusal: ['399999', 'Something that nobody has seen.'] },
  ],
  [
    ['JOBS', 'SUSPENDED', true],
    ['STUCK', 'SUSPENDED', false],
  ],
  [
    { id: 'client', secret: 'client-secret', user: 'LOADER' },
    { id: 'client of people', secret: 's:ecret', user: 'LOADER', password: 'the password there' },
  ],
);
afterAll(() => fake.close());
for (const statement of [
  'GRANT USAGE ON WAREHOUSE JOBS TO ROLE LOAD;',
  'GRANT USAGE ON WAREHOUSE STUCK TO ROLE LOAD;',
  'GRANT USAGE ON ROLE "Read ""EU""" TO ROLE LOAD;',
  'GRANT USAGE ON DATABASE ROLE SALES.READER TO ROLE LOAD;',
  'GRANT USAGE ON DATABASE SALES TO ROLE LOAD;',
  'GRANT USAGE ON SCHEMA SALES."Sales ""EU""" TO ROLE "Read ""EU""";',
  'GRANT SELECT ON TABLE SALES."Sales ""EU"""."orders; drop" TO ROLE "Read ""EU""";',
  'GRANT SELECT ON EXTERNAL TABLE SALES.PUBLIC.FILES TO DATABASE ROLE SALES.READER;',
  'GRANT USAGE ON FUNCTION SALES.PUBLIC."F(A NUMBER):NUMBER(38,0)" TO ROLE LOAD;',
  'GRANT OWNERSHIP ON SCHEMA SALES.SCRATCH TO ROLE LOAD;',
  'GRANT CREATE DATABASE ON ACCOUNT TO ROLE LOAD;',
  'GRANT USAGE ON DATABASE LAKE TO ROLE "lower_case";',
  'GRANT USAGE ON DATABASE SALES TO ROLE LOAD_2026;',
  'GRANT USAGE ON WAREHOUSE JOBS TO ROLE LOAD_2026;',
])
  fake.run(statement);

const place = { account: ACCOUNT, url: fake.url, user: 'loader', warehouse: 'jobs' };
const details = { ...place, password: 'winter-2025-loader' };

describeConnector('snowflake', {
  good: () => details,
  at: (host, port) => ({ ...details, url: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('snowflake', () => {
  const pool = createTestPool();
  afterAll(() => pool.close());
  // What one test grants is no other one's.
  let takeBack = () => {};
  beforeEach(() => {
    takeBack = fake.mark();
  });
  afterEach(() => takeBack());
  const run = (validator: string, changed: object, current: object | null = null) =>
    runValidator(pool, 'snowflake', validator, { ...place, ...changed }, current as Record<string, unknown> | null);
  const codes = async (validator: string, changed: object) => {
    const { errors, warnings } = await run(validator, changed);
    return [...errors, ...warnings].map(({ code }) => code);
  };
  const oauth = {
    clientId: 'client',
    clientSecret: 'client-secret',
    grantType: 'client_credentials',
    accessTokenEndpoint: `${fake.url}/oauth/token`,
  };
  const people = {
    ...oauth,
    clientId: 'client of people',
    clientSecret: 's:ecret',
    grantType: 'password',
    username: 'LOADER',
    password: 'the password there',
  };

  test.each([
    ['says yes to everything', { token: 't' }],
    ['has no rows', { token: 't', rowtype: [{ name: '1' }], rowset: [] }],
    ['has another row', { token: 't', rowtype: [{ name: '1' }], rowset: [['2']] }],
    ['has rows that are none', { token: 't', rowtype: [{ name: '1' }], rowset: 5 }],
    ['has columns that are none', { token: 't', rowtype: [null], rowset: [['1']] }],
    ['asks to wait at no address', { token: 't', getResultUrl: 'http://[' }],
    ['has a token that no header can carry', { token: 'two\r\nlines' }],
  ])('an answer that %s proves nothing, and is PROTOCOL_ERROR', async (_, data) => {
    const other = await startJsonServer(() => ({ status: 200, body: { success: true, data } }));
    const found = await codes('validate_connection', { ...details, url: other.url });
    other.close();
    expect(found).toEqual(['PROTOCOL_ERROR']);
  });

  test.each([
    ['a private key', { privateKey: base64(pair.privateKey) }],
    ['an encrypted private key', { user: 'loader_2026', privateKey: base64(encrypted.privateKey), privateKeyPassphrase: PASSPHRASE }],
    ['OAuth client credentials', { user: undefined, oauth }],
    ['the OAuth password grant', { oauth: people }],
    ['a programmatic access token', { token: 'a-programmatic-token' }],
  ])('logs in with %s', async (_, changed) => {
    expect(await codes('validate_connection', changed)).toEqual([]);
  });

  test.each([
    ["another user's private key", { privateKey: base64(encrypted.privateKey), privateKeyPassphrase: PASSPHRASE }],
    ['another passphrase', { user: 'loader_2026', privateKey: base64(encrypted.privateKey), privateKeyPassphrase: 'another' }],
    ['another client secret', { oauth: { ...oauth, clientSecret: 'another' } }],
    ['another password of the grant', { oauth: { ...people, password: 'another' } }],
    ['a token that the account does not know', { token: 'another' }],
  ])('%s is CREDENTIALS_REJECTED, and is not echoed', async (_, changed) => {
    const outcome = await run('validate_connection', changed);
    expect({ errors: outcome.errors.map(({ code }) => code), isShown: JSON.stringify(outcome).includes('another') }).toEqual({
      errors: ['CREDENTIALS_REJECTED'],
      isShown: false,
    });
  });

  test('a lock, a disabled user, a network policy, a second factor, an unknown code, a role and an account that are not there are told apart', async () => {
    const told = async (changed: object) => {
      const [problem] = (await run('validate_connection', { password: 'x', ...changed })).errors;
      return [problem?.code, problem?.friendlyMessage];
    };
    expect({
      locked: await told({ user: 'locked' }),
      off: await told({ user: 'off' }),
      elsewhere: await told({ user: 'elsewhere' }),
      person: await told({ user: 'person' }),
      odd: await told({ user: 'odd' }),
      foreignRole: await told({ ...details, role: 'BOSS' }),
      nobody: await told({ ...details, account: 'nobody' }),
    }).toEqual({
      locked: ['ACCESS_DENIED', 'The user is locked after too many failed logins.'],
      off: ['ACCESS_DENIED', 'The user is disabled.'],
      elsewhere: ['ACCESS_DENIED', "A network policy does not let this gateway's address in."],
      person: ['ACCESS_DENIED', 'This user has to confirm logins with a second factor, which a job can not.'],
      odd: ['ACCESS_DENIED', 'Snowflake did not accept the login.'],
      foreignRole: ['PERMISSION_MISSING', 'The login is right, but it may not take the role.'],
      nobody: ['PROTOCOL_ERROR', 'No Snowflake account answers at that address.'],
    });
  });

  test("the identity is the login's own, and an administrator is warned of", async () => {
    const own = await run('validate_identity', details);
    expect({
      own: own.data?.returnedData,
      administrator: await codes('validate_identity', { user: 'boss', password: 'boss-password' }),
    }).toEqual({ own: { user: 'LOADER', role: 'LOAD' }, administrator: ['NOT_PROTECTED'] });
  });

  test('a warehouse that resumes, one that does not, and one that may not be used are told apart', async () => {
    expect({
      right: await codes('validate_warehouse', details),
      stuck: await codes('validate_warehouse', { ...details, warehouse: '"STUCK"' }),
      stranger: await codes('validate_warehouse', { user: 'stranger', password: 'strange-password' }),
      unnamed: await codes('validate_warehouse', { ...details, warehouse: undefined }),
    }).toEqual({ right: [], stuck: ['PROVIDER_DOWN'], stranger: ['PERMISSION_MISSING'], unnamed: ['SKIPPED'] });
  });

  test('tables that can not be reached are named with the grant that mends it, and a login without any database fails', async () => {
    const before = await run('validate_permissions', details);
    const none = await codes('validate_permissions', { user: 'stranger', password: 'strange-password' });
    for (const { resolution } of before.warnings) fake.run(/GRANT .+;/.exec(resolution)?.[0] ?? '');
    const after = await run('validate_permissions', details);
    expect({
      warnings: before.warnings.map(({ resolution }) => resolution),
      none,
      status: after.status,
      datasetsValidated: after.data?.datasetsValidated,
    }).toEqual({
      warnings: ['If its jobs need it, run: GRANT USAGE ON SCHEMA SALES.PUBLIC TO ROLE "LOAD";'],
      none: ['PERMISSION_MISSING'],
      status: 'passed',
      datasetsValidated: ['SALES."Sales ""EU"""', 'SALES.PUBLIC'],
    });
  });

  test('what the login in use may do and the new one may not is listed with grants that mend it, through roles and hostile names (#90)', async () => {
    const candidate = { user: 'loader_2026', password: 'sprung-2026-loader' };
    fake.run('GRANT USAGE ON SCHEMA SALES.PUBLIC TO ROLE LOAD;');
    const before = await run('validate_permission_parity', candidate, { user: 'loader' });
    const grants = before.errors.map(({ resolution }) => resolution.replace('Run: ', ''));
    expect(new Set(grants)).toEqual(
      new Set([
        'GRANT USAGE ON WAREHOUSE STUCK TO ROLE "LOAD_2026";',
        'GRANT USAGE ON SCHEMA SALES."Sales ""EU""" TO ROLE "LOAD_2026";',
        'GRANT SELECT ON TABLE SALES."Sales ""EU"""."orders; drop" TO ROLE "LOAD_2026";',
        'GRANT USAGE ON SCHEMA SALES.PUBLIC TO ROLE "LOAD_2026";',
        'GRANT SELECT ON EXTERNAL TABLE SALES.PUBLIC.FILES TO ROLE "LOAD_2026";',
        'GRANT CREATE DATABASE ON ACCOUNT TO ROLE "LOAD_2026";',
        'GRANT USAGE ON DATABASE LAKE TO ROLE "LOAD_2026";',
        'GRANT ROLE LOAD TO USER "LOADER_2026";',
      ]),
    );
    for (const grant of grants.filter((statement) => !statement.startsWith('GRANT ROLE'))) fake.run(grant);
    const rest = await run('validate_permission_parity', candidate, { user: 'loader' });
    fake.run('GRANT ROLE LOAD TO USER "LOADER_2026";');
    const after = await run('validate_permission_parity', candidate, { user: 'loader' });
    expect({ before: before.status, errors: rest.errors.map(({ cause }) => cause), after: after.status }).toEqual({
      before: 'failed',
      errors: ['USAGE on function SALES.PUBLIC."F(A NUMBER):NUMBER(38,0)"', 'OWNERSHIP on schema SALES.SCRATCH'],
      after: 'passed',
    });
  });

  test('a login that may not see the grants of the one in use says so, and does not pass for equal', async () => {
    const outcome = await run('validate_permission_parity', { user: 'stranger', password: 'strange-password' }, { user: 'loader' });
    expect({ status: outcome.status, warnings: outcome.warnings.map(({ code }) => code) }).toEqual({
      status: 'warning',
      warnings: ['SKIPPED'],
    });
  });

  test('no session is left open', () => {
    expect(fake.openSessions()).toBe(0);
  });

  test('an account is reached at its host, with underscores as hyphens and the domain of its region', () => {
    expect({
      underscore: hostOf('MYORG-ACME_EU'),
      region: hostOf('xy12345.eu-central-1'),
      china: hostOf('xy12345.cn-northwest-1'),
    }).toEqual({
      underscore: 'myorg-acme-eu.snowflakecomputing.com',
      region: 'xy12345.eu-central-1.snowflakecomputing.com',
      china: 'xy12345.cn-northwest-1.snowflakecomputing.cn',
    });
  });

  test.each([
    ['no way to log in', {}, 'password'],
    ['two ways to log in', { password: 'p', token: 't' }, 'password'],
    ['no user', { user: undefined, password: 'p' }, 'user'],
    ['a passphrase without a key', { password: 'p', privateKeyPassphrase: 'p' }, 'privateKeyPassphrase'],
    ['a key that is no PEM', { privateKey: 'bm90aGluZw==' }, 'privateKey'],
    ['a host for an account', { password: 'p', account: 'acme.snowflakecomputing.com' }, 'account'],
    ['plain http to another machine', { password: 'p', url: 'http://acme.example' }, 'url'],
    [
      'an OAuth endpoint that is plain http',
      { oauth: { ...oauth, accessTokenEndpoint: 'http://idp.example/token' } },
      'oauth.accessTokenEndpoint',
    ],
    ['a password for client credentials', { oauth: { ...oauth, username: 'u', password: 'p' } }, 'oauth.grantType'],
  ])('%s is BAD_REQUEST naming the field', (_, changed, path) => {
    const connector = catalogue.find('snowflake');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, { ...place, ...changed })).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', details: expect.objectContaining({ path }) }),
    );
  });
});
