import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeClickhouse } from '../support/fakes/fake-clickhouse.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';

const users = [
  {
    name: 'loader',
    password: 'loader-password-1',
    grants: ['GRANT SELECT ON sales.*', 'GRANT INSERT ON sales.orders', 'GRANT SHOW ON *.* WITH GRANT OPTION'],
  },
  { name: 'lo ader2', password: 'loader-password-2', grants: ['GRANT SELECT ON *.*'] },
  { name: 'admin', password: 'admin-password', grants: ['GRANT ALL ON *.* WITH GRANT OPTION'] },
  // As 26.9 shows GRANT ACCESS MANAGEMENT.
  { name: 'keeper', password: 'keeper-password', grants: ['GRANT CREATE USER, ALTER USER, CREATE ROLE, IMPERSONATE ON *'] },
  { name: 'outsider', password: 'outsider-password', grants: [] },
];
const tables = [
  ['sales', 'orders'],
  ['sales', 'lines'],
] as const;
const plain = await startFakeClickhouse({ users, tables });
const secure = await startFakeClickhouse({ users, tables, tls: true });
const pool = createTestPool();
afterAll(async () => {
  plain.close();
  secure.close();
  await pool.close();
});

const details = {
  host: '127.0.0.1',
  port: secure.port,
  database: 'sales',
  user: 'loader',
  password: 'loader-password-1',
  ssl: { caData: TEST_AUTHORITY },
};

describeConnector('clickhouse', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('clickhouse', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'clickhouse', validator, given, current);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);

  test('each way in which a login fails has a code', async () => {
    expect({
      password: await codes({ ...details, password: 'wrong' }),
      database: await codes({ ...details, database: 'none' }),
      distrust: await codes({ ...details, ssl: {} }),
      plain: await codes({ ...details, port: plain.port }),
    }).toEqual({
      password: ['CREDENTIALS_REJECTED'],
      database: ['DATABASE_NOT_FOUND'],
      distrust: ['TLS_UNTRUSTED'],
      plain: ['TLS_UNTRUSTED'],
    });
  });

  test('a password is sent without TLS only where that is said to be right, and with a warning', async () => {
    const before = plain.requests.length;
    await codes({ ...details, port: plain.port });
    const unasked = plain.requests.length - before;
    const disabled = await run('validate_connection', { ...details, port: plain.port, ssl: { disabled: true } });
    const usual = await codes({ ...details, host: 'localhost.example.com', port: 8123, ssl: undefined });
    expect({ unasked, warned: disabled.warnings.map(({ code }) => code), usual }).toEqual({
      unasked: 0,
      warned: ['NOT_PROTECTED'],
      usual: ['HOST_UNRESOLVED'],
    });
  });

  test('warns of an administrator, and of tables that can not be read', async () => {
    const admin = await run('validate_identity', { ...details, user: 'admin', password: 'admin-password' });
    const keeper = await run('validate_identity', { ...details, user: 'keeper', password: 'keeper-password' });
    const loader = await run('validate_identity', details);
    const outsider = await run('validate_permissions', { ...details, user: 'outsider', password: 'outsider-password' });
    expect({
      admin: admin.warnings.map(({ code }) => code),
      keeper: keeper.warnings.map(({ code }) => code),
      loader: loader.warnings,
      outsider: outsider.errors.map(({ resolution }) => resolution),
    }).toEqual({
      admin: ['NOT_PROTECTED'],
      keeper: ['NOT_PROTECTED'],
      loader: [],
      outsider: ['Run: GRANT SELECT ON `sales`.* TO `outsider`;'],
    });
  });

  test('what the user in use may do and the new one may not is listed with grants that mend it (#90)', async () => {
    const second = { ...details, user: 'lo ader2', password: 'loader-password-2' };
    const before = await run('validate_permission_parity', second, details);
    const grants = before.errors.map(({ resolution }) => resolution.replace('Run: ', ''));
    for (const grant of grants) secure.run(grant);
    const after = await run('validate_permission_parity', second, details);
    expect({ grants, before: before.status, after: after.status }).toEqual({
      grants: ['GRANT INSERT ON sales.orders TO `lo ader2`;', 'GRANT SHOW ON *.* TO `lo ader2` WITH GRANT OPTION;'],
      before: 'failed',
      after: 'passed',
    });
  });

  test("the vendor's own client signs in to the stand-in, and reads its refusals as those of a server", async () => {
    const ask = async (login: { readonly username: string; readonly password: string; readonly database: string }) => {
      const client = createClient({ url: plain.url, ...login, log: { level: ClickHouseLogLevel.OFF } });
      try {
        const rows = await (await client.query({ query: 'SELECT 1', format: 'JSON' })).json();
        return rows.data;
      } catch (error) {
        return error;
      } finally {
        await client.close();
      }
    };
    const login = { username: 'loader', password: 'loader-password-1', database: 'sales' };
    expect({
      good: await ask(login),
      password: await ask({ ...login, password: 'wrong' }),
      database: await ask({ ...login, database: 'none' }),
    }).toEqual({
      good: [{ 1: 1 }],
      password: expect.objectContaining({ code: '516', type: 'AUTHENTICATION_FAILED' }),
      database: expect.objectContaining({ code: '81', type: 'UNKNOWN_DATABASE' }),
    });
  });
});
