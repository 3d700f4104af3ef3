import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';

const server = await startPostgres();
await server.createDatabase('target');
await server.query(
  `create role loader login password 'loader-password-1'; create role loader2 login password 'loader-password-2'; create role outsider login password 'outsider-password';
   revoke connect on database target from public; grant connect on database target to loader, loader2`,
);
await server.query(
  `create schema "Sales ""EU"""; create table "Sales ""EU"""."orders; drop" (id int); create table "Sales ""EU""".lines (id int); create table public.plain (id int); create sequence public.ids;
   grant usage on schema "Sales ""EU""" to loader; grant select on all tables in schema "Sales ""EU""" to loader; grant select, insert on public.plain to loader; grant usage on sequence public.ids to loader;
   grant select on public.plain to loader2`,
  'target',
);
afterAll(() => server.close());

const details = { host: '127.0.0.1', port: server.port, database: 'target', user: 'loader', password: 'loader-password-1' };

describeConnector('postgres', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('postgres', () => {
  const pool = createTestPool();
  beforeAll(() => {});
  afterAll(() => pool.close());
  const codes = async (changed: object) =>
    (await runValidator(pool, 'postgres', 'validate_connection', { ...details, ...changed })).errors.map(({ code }) => code);

  test('a missing database, a missing right to connect and absent TLS each have a code of their own', async () => {
    expect({
      noDatabase: await codes({ database: 'nowhere' }),
      noAccess: await codes({ user: 'outsider', password: 'outsider-password' }),
      noTls: await codes({ ssl: { verifyCert: true } }),
    }).toEqual({ noDatabase: ['DATABASE_NOT_FOUND'], noAccess: ['ACCESS_DENIED'], noTls: ['TLS_UNAVAILABLE'] });
  });

  test('the README and the guide show what a wrong password is answered with', async () => {
    const { errors } = await runValidator(pool, 'postgres', 'validate_connection', { ...details, password: 'sprung-2026-loader' });
    const [{ code = '', cause = '', friendlyMessage = '', resolution = '' } = {}] = errors;
    const readme = readFileSync('README.md', 'utf8');
    const guide = readFileSync('docs/guide/first-rotation.md', 'utf8');
    expect({
      readme: readme.includes(`"errors":[${JSON.stringify({ code, cause, friendlyMessage, resolution })}]`),
      guide: guide.includes(`${friendlyMessage} ${resolution}\n`),
    }).toEqual({ readme: true, guide: true });
  });

  test("the identity is the login's own", async () => {
    const { data } = await runValidator(pool, 'postgres', 'validate_identity', details);
    expect(data?.returnedData).toMatchObject({ user: 'loader', database: 'target', superuser: false });
  });

  test('what the login in use may do and the new one may not is listed with grants that mend it, hostile names included (#90)', async () => {
    const candidate = { ...details, user: 'loader2', password: 'loader-password-2' };
    const before = await runValidator(pool, 'postgres', 'validate_permission_parity', candidate, { user: 'loader' });
    const grants = before.errors.map(({ resolution }) => resolution.replace('Run: ', ''));
    expect(grants).toEqual([
      'GRANT USAGE ON SCHEMA "Sales ""EU""" TO "loader2";',
      'GRANT SELECT ON ALL TABLES IN SCHEMA "Sales ""EU""" TO "loader2";',
      'GRANT INSERT ON TABLE "public".plain TO "loader2";',
      'GRANT USAGE ON SEQUENCE "public".ids TO "loader2";',
    ]);
    await server.query(grants.join('\n'), 'target');
    const after = await runValidator(pool, 'postgres', 'validate_permission_parity', candidate, { user: 'loader' });
    expect({ before: before.status, after: after.status }).toEqual({ before: 'failed', after: 'passed' });
  });

  test.each([
    ['a table', 'table', '(id int)'],
    ['a partitioned table', 'table', '(id int) partition by range (id)'],
    ['a view', 'view', 'as select 1 as id'],
    ['a materialised view', 'materialized view', 'as select 1 as id'],
  ])('the right to read %s is missed like any other', async (_, what, rest) => {
    await server.query(
      `create schema parity; create ${what} parity.thing ${rest}; grant usage on schema parity to loader, loader2; grant select on parity.thing to loader`,
      'target',
    );
    const candidate = { ...details, user: 'loader2', password: 'loader-password-2' };
    const lost = await runValidator(pool, 'postgres', 'validate_permission_parity', candidate, { user: 'loader' });
    await server.query('grant select on parity.thing to loader2', 'target');
    const mended = await runValidator(pool, 'postgres', 'validate_permission_parity', candidate, { user: 'loader' });
    await server.query('drop schema parity cascade', 'target');
    const mentions = ({ errors }: typeof lost) => JSON.stringify(errors).includes('parity');
    expect({ whenLost: mentions(lost), whenMended: mentions(mended) }).toEqual({ whenLost: true, whenMended: false });
  });

  test.each([
    ['passed', {}],
    ['warning', { host: 'elsewhere.example.com' }],
    ['warning', { port: 1 }],
    ['warning', { database: 'another' }],
  ])('a login of one name is %s as it compares where the one in use has %j', async (status, elsewhere) => {
    expect((await runValidator(pool, 'postgres', 'validate_permission_parity', details, { ...details, ...elsewhere })).status).toBe(status);
  });
});
