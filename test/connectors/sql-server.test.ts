import { afterAll, describe, expect, test } from 'vitest';
import { isBelow } from '../../src/connectors/families/sql-server/tds-session.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeSqlServer } from '../support/fakes/fake-sql-server.ts';
import { startJsonServer } from '../support/fakes/json-server.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';

const READS = [
  ['DATABASE', '', '', 'CONNECT'],
  ['SCHEMA', '[sales]', '[sales]', 'SELECT'],
] as const;
const users = [
  {
    user: 'loader',
    password: 'loader-password-ü1',
    rights: [
      ...READS,
      ['ROLE', '', '', "rep]ort's"],
      ['OBJECT', '[sales].[orders]', '[sales]', 'INSERT'],
      ['SCHEMA', '[eu]', '[eu]', 'SELECT'],
      ['OBJECT', '[eu].[lines]', '[eu]', 'SELECT'],
    ],
  },
  { user: 'lo]ader2', password: 'loader-password-2', rights: READS },
  { user: 'owner', password: 'owner-password', rights: [['ROLE', '', '', 'db_owner']] },
  { user: 'outsider', password: 'outsider-password', rights: [] },
  { user: 'app', token: 'access-token-of-the-app', rights: READS },
] as const;
const at = { users, databases: ['target'] };
const boxed = await startFakeSqlServer({ ...at, edition: 3 });
const azure = await startFakeSqlServer({ ...at, edition: 5 });
const plain = await startFakeSqlServer({ ...at, edition: 3, encrypts: false });
const routing = await startFakeSqlServer({ ...at, edition: 5, routesTo: { host: '127.0.0.2', port: azure.port } });
const entra = await startJsonServer(({ method, url, body }) => {
  const form = new URLSearchParams(body);
  if (method !== 'POST' || url.pathname !== '/acme.example.com/oauth2/v2.0/token' || form.get('grant_type') !== 'client_credentials')
    return { status: 404, body: {} };
  if (form.get('scope') !== 'https://database.windows.net/.default') return { status: 400, body: { error: 'invalid_scope' } };
  if (form.get('client_id') === 'app' && form.get('client_secret') === 'secret-of-the-app')
    return { status: 200, body: { access_token: 'access-token-of-the-app', expires_in: 3599 } };
  return {
    status: 401,
    body: { error: 'invalid_client', error_codes: [7000215], error_description: 'AADSTS7000215: Invalid client secret provided.' },
  };
});
const pool = createTestPool();
afterAll(async () => {
  for (const server of [boxed, azure, plain, routing, entra]) server.close();
  await pool.close();
});

const login = { host: 'localhost', database: 'target', user: 'loader', password: 'loader-password-ü1' };
const details = { ...login, port: boxed.port };
const verified = { ...login, port: azure.port, ssl: { caData: TEST_AUTHORITY } };
const fabric = {
  host: 'localhost',
  port: azure.port,
  database: 'target',
  tenantId: 'acme.example.com',
  clientId: 'app',
  clientSecret: 'secret-of-the-app',
  loginUrl: entra.url,
  ssl: { caData: TEST_AUTHORITY },
};

for (const [kind, given] of [
  ['sql-server', details],
  ['azure-sql-database', verified],
  ['azure-dedicated-sql-pool', verified],
] as const)
  describeConnector(kind, {
    good: () => given,
    at: (host, port) => ({ ...given, host, port }),
    withSecret: (canary) => ({ ...given, password: canary }),
  });

describeConnector('microsoft-fabric', {
  good: () => fabric,
  at: (host, port) => ({ ...fabric, host, port }),
  withSecret: (canary) => ({ ...fabric, clientSecret: canary }),
});

describe('SQL Server and its kin', () => {
  const run = (kind: string, validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, kind, validator, given, current);
  const codes = async (kind: string, given: Details) => (await run(kind, 'validate_connection', given)).errors.map(({ code }) => code);

  test('each way in which a login fails has a code', async () => {
    expect({
      database: await codes('sql-server', { ...details, database: 'none' }),
      distrust: await codes('sql-server', { ...details, ssl: { verifyIdentity: true } }),
      azure: await codes('azure-sql-database', { ...verified, ssl: {} }),
      plain: await codes('sql-server', { ...details, port: plain.port }),
      fabric: await codes('microsoft-fabric', { ...fabric, database: 'none' }),
      tenant: await codes('microsoft-fabric', { ...fabric, tenantId: 'other.example.com' }),
    }).toEqual({
      database: ['DATABASE_NOT_FOUND'],
      distrust: ['TLS_UNTRUSTED'],
      azure: ['TLS_UNTRUSTED'],
      plain: ['TLS_REQUIRED'],
      fabric: ['DATABASE_NOT_FOUND'],
      tenant: ['PROTOCOL_ERROR'],
    });
  });

  test('a login is sent encrypted, unless TLS is disabled by name: the driver would send it to a server that says it has no encryption', async () => {
    const before = [boxed, azure, plain].map(({ logins }) => logins.length);
    await codes('sql-server', { ...details, ssl: { verifyIdentity: true } });
    await codes('azure-sql-database', { ...verified, ssl: {} });
    await codes('sql-server', { ...details, port: plain.port });
    const unasked = [boxed, azure, plain].map(({ logins }, index) => logins.length - (before[index] ?? 0));
    const disabled = await run('sql-server', 'validate_connection', { ...details, port: plain.port, ssl: { disabled: true } });
    expect({ unasked, seen: plain.logins.map(({ encrypted }) => encrypted), warned: disabled.warnings.map(({ cause }) => cause) }).toEqual({
      unasked: [0, 0, 0],
      seen: [false],
      warned: ['no TLS'],
    });
  });

  test('a server that sends its clients to another domain gets no second login out of it', async () => {
    const before = azure.logins.length;
    const outcome = await codes('azure-sql-database', { ...verified, port: routing.port });
    expect({ outcome, logins: azure.logins.length - before }).toEqual({ outcome: ['PROTOCOL_ERROR'], logins: 0 });
  });

  test.each([
    ['abc.database.windows.net', 'worker1.abc-x.database.windows.net', true],
    ['abc.database.windows.net', 'ABC.database.windows.net', true],
    ['abc.database.windows.net', 'evil-database.windows.net', false],
    ['abc.database.windows.net', 'abc.example.com', false],
    ['server.net', 'other.net', false],
    ['localhost', '127.0.0.2', false],
  ])('a login to %s may follow to %s: %s', (host, next, expected) => {
    expect(isBelow(host, next)).toBe(expected);
  });

  test('warns of an owner, of another kind of server, and of schemas that can not be read', async () => {
    const owner = await run('sql-server', 'validate_identity', { ...details, user: 'owner', password: 'owner-password' });
    const other = await run('sql-server', 'validate_identity', { ...details, port: azure.port });
    const outsider = await run('sql-server', 'validate_permissions', { ...details, user: 'outsider', password: 'outsider-password' });
    expect({
      owner: owner.warnings.map(({ code }) => code),
      other: other.warnings.map(({ cause }) => cause),
      outsider: outsider.errors.map(({ resolution }) => resolution),
    }).toEqual({
      owner: ['NOT_PROTECTED'],
      other: ['EngineEdition is 5'],
      outsider: ['If its jobs need it, run: GRANT SELECT ON SCHEMA::[sales] TO [outsider];'],
    });
  });

  test.each([
    ['sql-server', "ALTER ROLE [rep]]ort's] ADD MEMBER [lo]]ader2];"],
    ['azure-dedicated-sql-pool', "EXEC sp_addrolemember 'rep]ort''s', 'lo]ader2';"],
  ])('what the login in use of %s may do and the new one may not is listed with statements that mend it (#90)', async (kind, role) => {
    const { errors } = await run(
      kind,
      'validate_permission_parity',
      { ...verified, user: 'lo]ader2', password: 'loader-password-2' },
      verified,
    );
    expect(errors.map(({ resolution }) => resolution.replace('Run: ', ''))).toEqual([
      role,
      'GRANT INSERT ON OBJECT::[sales].[orders] TO [lo]]ader2];',
      'GRANT SELECT ON SCHEMA::[eu] TO [lo]]ader2];',
    ]);
  });
});
