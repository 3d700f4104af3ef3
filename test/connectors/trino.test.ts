import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeTrino } from '../support/fakes/fake-trino.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';

const users = [
  { name: 'loader', password: 'loader-password-ü1', reads: ['sales.orders', 'sales.lines'] },
  { name: 'loader2', password: 'loader-password-2', reads: ['sales.orders'] },
  { name: 'outsider', password: 'outsider-password', reads: [] },
  { name: 'ada/norole', password: 'role-password', reads: [] },
];
const data = { users, catalog: 'lake', tables: ['sales.orders', 'sales.lines'] };
const trino = await startFakeTrino({ ...data, dialect: 'Trino', tls: true });
const presto = await startFakeTrino({ ...data, dialect: 'Presto', tls: true });
const astray = await startFakeTrino({ ...data, dialect: 'Trino', elsewhere: trino.url });
const pool = createTestPool();
afterAll(async () => {
  for (const server of [trino, presto, astray]) server.close();
  await pool.close();
});

const login = { host: 'localhost', user: 'loader', password: 'loader-password-ü1', catalog: 'lake' };
const secure = { ...login, port: trino.port, httpScheme: 'https', ssl: { caData: TEST_AUTHORITY } };

for (const [kind, details] of [
  ['trino', secure],
  ['starburst-galaxy', secure],
  ['starburst-enterprise', secure],
  ['presto', { ...secure, port: presto.port, httpScheme: 'https' }],
] as const)
  describeConnector(kind, {
    good: () => details,
    at: (host, port) => ({ ...details, host, port }),
    withSecret: (canary) => ({ ...details, password: canary }),
  });

describe('Trino', () => {
  const run = (validator: string, given: Details, current: Details | null = null) => runValidator(pool, 'trino', validator, given, current);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);

  test('each way in which a login or a catalog fails has a code', async () => {
    expect({
      password: await codes({ ...secure, password: 'wrong' }),
      catalog: await codes({ ...secure, catalog: 'puddle' }),
      nothingSeen: await codes({ ...secure, user: 'outsider', password: 'outsider-password' }),
      role: await codes({ ...secure, user: 'ada/norole', password: 'role-password' }),
      distrust: await codes({ ...secure, ssl: {} }),
      plain: await codes({ ...secure, port: astray.port }),
    }).toEqual({
      password: ['CREDENTIALS_REJECTED'],
      catalog: ['DATABASE_NOT_FOUND'],
      nothingSeen: ['ACCESS_DENIED'],
      role: ['ACCESS_DENIED'],
      distrust: ['TLS_UNTRUSTED'],
      plain: ['TLS_UNTRUSTED'],
    });
  });

  test('a server without TLS, and one that is not trusted, see no password', async () => {
    const asked = () => ({ distrusted: trino.requests.length, plain: astray.requests.length });
    const before = asked();
    await codes({ ...secure, ssl: {} });
    await codes({ ...secure, port: astray.port });
    expect(asked()).toEqual(before);
  });

  test('a page at another address is not asked for', async () => {
    const before = trino.requests.length;
    const { errors } = await run('validate_connection', { ...login, port: astray.port, httpScheme: 'http' });
    expect({ codes: errors.map(({ code }) => code), asked: trino.requests.length - before }).toEqual({
      codes: ['PROTOCOL_ERROR'],
      asked: 0,
    });
  });

  test('says who the login is, what it may read, and what of the login in use it may not (#90)', async () => {
    const second = { ...secure, user: 'loader2', password: 'loader-password-2' };
    const identity = await run('validate_identity', second);
    const permissions = await run('validate_permissions', second);
    const parity = await run('validate_permission_parity', second, secure);
    const none = await run('validate_permissions', { ...secure, user: 'outsider', password: 'outsider-password' });
    expect({
      who: identity.data?.returnedData,
      unreadable: permissions.warnings.map(({ resolution }) => resolution),
      lost: parity.errors.map(({ cause, resolution }) => [cause, resolution]),
      none: none.errors.map(({ code }) => code),
    }).toEqual({
      who: { user: 'loader2', catalog: 'lake' },
      unreadable: ['If its jobs need it, run: GRANT SELECT ON "lake"."sales"."lines" TO USER "loader2"; or add a rule that allows it'],
      lost: [['SELECT on "lake"."sales"."lines"', 'Run: GRANT SELECT ON "lake"."sales"."lines" TO USER "loader2";']],
      none: ['PERMISSION_MISSING'],
    });
  });

  test.each([
    ['trino', { httpScheme: 'http', host: 'trino.example.com' }, 'httpScheme'],
    ['trino', { ssl: { disabled: true } }, 'sslOptions.disabled'],
    ['starburst-galaxy', { password: undefined }, 'password'],
    ['presto', { user: 'ü' }, 'user'],
    ['trino', { password: 'pass€' }, 'password'],
  ])('%s refuses %j by the name of the field', (kind, change, path) => {
    const connector = catalogue.find(kind);
    if (connector === null) throw new Error(`no kind ${kind}`);
    expect(() => parseDetails(connector, JSON.parse(JSON.stringify({ ...secure, ...change })))).toThrow(new RegExp(`^${path}: `));
  });
});
