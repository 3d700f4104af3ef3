import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import type { DescriptionFilter } from '../../src/domain/connector/describe.ts';
import { createTestPool, describeWith } from '../support/connectors/validate.ts';
import { startFakeSqlServer } from '../support/fakes/fake-sql-server.ts';
import { startFakeOracle } from '../support/fakes/oracle/fake-oracle.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';

const postgres = await startPostgres();
await postgres.createDatabase('ledger');
await postgres.query("create role reader login password 'reader-password-1'");
await postgres.query(
  `create table accounts (id int, balance int, secret_note text); create table hidden (id int);
   create schema core; create table core."Orders; drop" (id int, "a ""b""" int); create schema closed; create table closed.lines (id int);
   grant select (id, balance) on accounts to reader; grant usage on schema core to reader; grant select on core."Orders; drop" to reader;
   grant select on closed.lines to reader`,
  'ledger',
);
const users = [{ user: 'LOADER', password: 'loader-password-1', rights: [] }];
const oracle = await startFakeOracle({ services: ['target'], users });
const sqlServer = await startFakeSqlServer({
  users: [{ user: 'loader', password: 'loader-password-1', rights: [] }],
  databases: ['target'],
  edition: 3,
});
const pool = createTestPool();
afterAll(async () => {
  await Promise.all([postgres.close(), pool.close()]);
  oracle.close();
  sqlServer.close();
});

const reader = { host: '127.0.0.1', port: postgres.port, database: 'ledger', user: 'reader', password: 'reader-password-1' };
const loader = { host: 'localhost', database: 'target', user: 'loader', password: 'loader-password-1' };

const described = (kind: string, details: Details, filter?: Partial<DescriptionFilter>) => describeWith(pool, kind, details, filter);

const ACCOUNTS = { name: 'accounts', fields: ['id', 'balance'] };
const ORDERS = { name: 'Orders; drop', fields: ['id', 'a "b"'] };

describe('what a login sees', () => {
  test('PostgreSQL lists the columns that may be read, by their bare name in the own schema and qualified elsewhere', async () => {
    expect(await described('postgres', reader)).toEqual({
      tables: [ACCOUNTS, { ...ORDERS, name: 'core.Orders; drop' }],
      isComplete: true,
    });
  });

  test('one schema, or some tables in any case, may be asked for; hostile names are only names (#90)', async () => {
    expect({
      schema: await described('postgres', reader, { schema: 'core' }),
      tables: await described('postgres', reader, { tables: ['ACCOUNTS', "x'); drop table accounts; --"] }),
      none: await described('postgres', reader, { schema: "x'; drop table accounts; --" }),
    }).toEqual({
      schema: { tables: [ORDERS], isComplete: true },
      tables: { tables: [ACCOUNTS], isComplete: true },
      none: { tables: [], isComplete: true },
    });
  });

  test('a schema with more columns than are listed says that it is cut', async () => {
    const wide = Array.from({ length: 11 }, (_, table) => {
      const columns = Array.from({ length: 1000 }, (_column, index) => `column_number_${index} int`).join(', ');
      return `create table wide.t${String(table).padStart(2, '0')} (${columns});`;
    });
    await postgres.query(
      `create schema wide; ${wide.join(' ')} grant usage on schema wide to reader; grant select on all tables in schema wide to reader`,
      'ledger',
    );
    const whole = (await described('postgres', reader, { schema: 'wide' })) as {
      readonly tables: readonly { readonly fields: readonly string[] }[];
    };
    await postgres.query('drop schema wide cascade', 'ledger');
    expect({ ...whole, tables: whole.tables.flatMap(({ fields }) => fields).length }).toEqual({ isComplete: false, tables: 10_000 });
  });

  test('SQL Server and Oracle list theirs, and take the names asked for as literals', async () => {
    const tds = { ...loader, port: sqlServer.port };
    expect({
      sqlServer: await described('sql-server', tds),
      schema: await described('sql-server', tds, { schema: 'sales', tables: ["o'rders"] }),
      oracle: await described('oracle', { ...loader, port: oracle.port }, { tables: ["o'rders"] }),
    }).toEqual({
      sqlServer: {
        tables: [
          { name: 'accounts', fields: ['id', 'balance'] },
          { name: 'sales.orders', fields: ['id'] },
        ],
        isComplete: true,
      },
      schema: { tables: [{ name: 'orders', fields: ['id'] }], isComplete: true },
      oracle: {
        tables: [
          { name: 'ACCOUNTS', fields: ['ID', 'BALANCE'] },
          { name: 'SALES.ORDERS', fields: ['ID'] },
        ],
        isComplete: true,
      },
    });
  });

  test('a refused login, a closed port and a denied address have the codes that a validation has', async () => {
    expect({
      password: await described('postgres', { ...reader, password: 'wrong' }),
      port: await described('postgres', { ...reader, port: 1 }),
      denied: await described('postgres', { ...reader, host: '169.254.169.254' }),
    }).toEqual({ password: ['CREDENTIALS_REJECTED'], port: ['PORT_CLOSED'], denied: ['EGRESS_DENIED'] });
  });
});
