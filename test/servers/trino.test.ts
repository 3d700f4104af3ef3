import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';
import { startTrino } from '../support/servers/trino.ts';

const users = [
  { name: 'admin', password: 'admin-password' },
  { name: 'loader', password: 'loader-password-ü1' },
  { name: 'loader2', password: 'loader-password-2' },
  { name: 'outsider', password: 'outsider-password' },
];
const lake = { catalog: 'lake', schema: 'sales' };
const rules = {
  catalogs: [
    { user: 'admin|loader2?', catalog: 'lake|system|puddle', allow: 'all' },
    { user: 'outsider', catalog: 'lake', allow: 'read-only' },
  ],
  schemas: [{ user: 'admin', owner: true }],
  tables: [
    { user: 'admin', privileges: ['SELECT', 'INSERT', 'OWNERSHIP'] },
    { user: 'loader', ...lake, privileges: ['SELECT'] },
    { user: 'loader2', ...lake, table: 'orders', privileges: ['SELECT'] },
    { user: 'loader2|outsider', ...lake, table: 'li"nes', privileges: ['INSERT'] },
  ],
};

const server = await startTrino({ users, rules, settings: { 'protocol.v1.alternate-header-name': 'Presto' } });
const pool = createTestPool();
afterAll(async () => {
  await pool.close();
  await server.close();
});

await server.query(
  'CREATE SCHEMA lake.sales',
  'CREATE TABLE lake.sales.orders (id bigint)',
  'CREATE TABLE lake.sales."li""nes" (id bigint)',
);

const details = {
  host: 'localhost',
  port: server.port,
  httpScheme: 'https',
  user: 'loader',
  password: 'loader-password-ü1',
  catalog: 'lake',
  ssl: { caData: TEST_AUTHORITY },
};

// A server of today's Presto can't be had small; Trino speaks its older form, in its words, where it is told to.
for (const kind of ['trino', 'starburst-enterprise', 'presto'])
  describeConnector(kind, {
    good: () => details,
    at: (host, port) => ({ ...details, host, port }),
    withSecret: (canary) => ({ ...details, password: canary }),
  });

describe('Trino itself', () => {
  const run = (validator: string, changed: Details = {}, current: Details | null = null) =>
    runValidator(pool, 'trino', validator, { ...details, ...changed }, current);
  const codes = async (changed: Details) => {
    const { errors, warnings } = await run('validate_connection', changed);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('what refuses a login has a code of its own', async () => {
    expect({
      good: await codes({}),
      password: await codes({ password: 'wrong' }),
      user: await codes({ user: 'nobody' }),
      catalog: await codes({ catalog: 'puddle' }),
      hiddenCatalog: await codes({ catalog: 'elsewhere' }),
      deniedCatalog: await codes({ user: 'outsider', password: 'outsider-password', catalog: 'system' }),
      distrust: await codes({ ssl: {} }),
      passwordOverHttp: await codes({ port: server.plainPort, httpScheme: 'http' }),
      noPassword: await codes({ password: undefined }),
      httpsToPlainPort: await codes({ port: server.plainPort }),
    }).toEqual({
      good: [],
      password: ['CREDENTIALS_REJECTED'],
      user: ['CREDENTIALS_REJECTED'],
      catalog: ['DATABASE_NOT_FOUND'],
      // The server tells nobody whether there is what he may not see.
      hiddenCatalog: ['ACCESS_DENIED'],
      deniedCatalog: ['ACCESS_DENIED'],
      distrust: ['TLS_UNTRUSTED'],
      passwordOverHttp: ['TLS_REQUIRED'],
      noPassword: ['CREDENTIALS_REJECTED'],
      httpsToPlainPort: ['TLS_UNTRUSTED'],
    });
  });

  test('says who the login is, with the version of the server', async () => {
    const { data } = await run('validate_identity', { schema: 'sales' });
    expect(data?.returnedData).toEqual({ user: 'loader', catalog: 'lake', schema: 'sales', serverVersion: '476' });
  });

  test('says which tables a login may read, rules and hostile names included', async () => {
    const all = await run('validate_permissions');
    const some = await run('validate_permissions', { user: 'loader2', password: 'loader-password-2' });
    const none = await run('validate_permissions', { user: 'outsider', password: 'outsider-password' });
    expect({
      all: all.status,
      some: some.warnings.map(({ code, resolution }) => [code, resolution]),
      none: none.errors.map(({ code }) => code),
    }).toEqual({
      all: 'passed',
      some: [
        [
          'PERMISSION_MISSING',
          'If its jobs need it, run: GRANT SELECT ON "lake"."sales"."li""nes" TO USER "loader2"; or add a rule that allows it',
        ],
      ],
      none: ['PERMISSION_MISSING'],
    });
  });

  test('what the login in use may read and the new one may not is listed (#90)', async () => {
    const candidate = { user: 'loader2', password: 'loader-password-2' };
    const { errors } = await run('validate_permission_parity', candidate, details);
    const back = await run('validate_permission_parity', {}, { ...details, ...candidate });
    expect({ lost: errors.map(({ cause, resolution }) => [cause, resolution]), back: back.status }).toEqual({
      lost: [['SELECT on "lake"."sales"."li""nes"', 'Run: GRANT SELECT ON "lake"."sales"."li""nes" TO USER "loader2";']],
      back: 'passed',
    });
  });
});
