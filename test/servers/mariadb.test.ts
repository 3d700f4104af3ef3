import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, describeWith, runValidator } from '../support/connectors/validate.ts';
import { startMariadb } from '../support/servers/mariadb.ts';

const HOSTILE = { database: 'Sales `EU` ON x', table: 'orders; drop`,', column: 'na`me), (`' };
const name = (text: string) => `\`${text.replaceAll('`', '``')}\``;
const table = `${name(HOSTILE.database)}.${name(HOSTILE.table)}`;

const server = await startMariadb({ tls: true });
const plain = await startMariadb({ tls: false });
afterAll(async () => {
  await server.close();
  await plain.close();
});

await server.query(
  'create database target',
  'create table target.plain (id int)',
  'create table target.other (id int)',
  `create database ${name(HOSTILE.database)}`,
  `create table ${table} (id int, ${name(HOSTILE.column)} int)`,
  'create procedure target.refresh() select 1',
  'create role reporting',
  "create user loader@'%' identified by 'loader-password-1'",
  'grant select on target.* to loader',
  `grant select (id, ${name(HOSTILE.column)}), insert on ${table} to loader with grant option`,
  'grant execute on procedure target.refresh to loader',
  'grant process on *.* to loader',
  'grant reporting to loader',
  "create user `it's@2`@'127.0.0.%' identified by 'loader-password-2'",
  "grant select on target.plain to `it's@2`@'127.0.0.%'",
  "create user outsider@'%' identified by 'a password of nobody'",
  "create user locked@'%' identified by 'locked-password' account lock",
  "create user expired@'%' identified by 'expired-password' password expire",
  "create user everywhere@'%' identified by 'everywhere-password'",
  'grant select on *.* to everywhere',
  "create user secure@'%' identified by 'secure-password' require ssl",
);
await plain.query(
  'create database target',
  "create user loader@'%' identified by 'loader-password-1'",
  'grant select on target.* to loader',
);

const details = { host: '127.0.0.1', port: server.port, database: 'target', user: 'loader', password: 'loader-password-1' };

for (const kind of ['mysql', 'mariadb']) {
  describeConnector(kind, {
    good: () => details,
    at: (host, port) => ({ ...details, host, port }),
    withSecret: (canary) => ({ ...details, password: canary }),
  });
}

describe('mariadb', () => {
  const pool = createTestPool();
  afterAll(() => pool.close());
  const run = (validator: string, changed: Details = {}, current: Details | null = null) =>
    runValidator(pool, 'mariadb', validator, { ...details, ...changed }, current);
  const codes = async (changed: Details) => {
    const { errors, warnings } = await run('validate_connection', changed);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('what the login sees is listed, of one database or of all, hostile names included (#90)', async () => {
    const { database: _, ...anywhere } = details;
    expect({
      own: await describeWith(pool, 'mysql', details),
      named: await describeWith(pool, 'mariadb', anywhere, { schema: 'target', tables: ['PLAIN', "x') or 1 = 1 --"] }),
      all: await describeWith(pool, 'mariadb', anywhere, { tables: [HOSTILE.table] }),
    }).toEqual({
      own: {
        tables: [
          { name: 'other', fields: ['id'] },
          { name: 'plain', fields: ['id'] },
        ],
        isComplete: true,
      },
      named: { tables: [{ name: 'plain', fields: ['id'] }], isComplete: true },
      all: { tables: [{ name: `${HOSTILE.database}.${HOSTILE.table}`, fields: ['id', HOSTILE.column] }], isComplete: true },
    });
  });

  test('what refuses a login has a code of its own', async () => {
    expect({
      noDatabase: await codes({ user: 'everywhere', password: 'everywhere-password', database: 'nowhere', ssl: { caData: server.ca } }),
      noRight: await codes({ user: 'outsider', password: 'a password of nobody' }),
      locked: await codes({ user: 'locked', password: 'locked-password' }),
      expired: await codes({ user: 'expired', password: 'expired-password', database: undefined }),
      wantsTls: await codes({ user: 'secure', password: 'secure-password', database: undefined, ssl: { disabled: true } }),
      noTls: await codes({ port: plain.port, ssl: { verifyCert: true } }),
    }).toEqual({
      noDatabase: ['DATABASE_NOT_FOUND'],
      noRight: ['ACCESS_DENIED'],
      locked: ['ACCESS_DENIED'],
      expired: ['CREDENTIALS_REJECTED'],
      wantsTls: ['CREDENTIALS_REJECTED'],
      noTls: ['TLS_UNAVAILABLE'],
    });
  });

  test('TLS is as strict as asked: offered and unverified, chain, chain and name; and none where there is none', async () => {
    const caData = server.ca;
    expect({
      preferred: await codes({}),
      disabled: await codes({ ssl: { disabled: true } }),
      unknownAuthority: await codes({ ssl: { verifyCert: true } }),
      chain: await codes({ ssl: { caData } }),
      name: await codes({ host: 'localhost', ssl: { caData, verifyIdentity: true } }),
      without: await codes({ port: plain.port }),
    }).toEqual({
      preferred: ['NOT_PROTECTED'],
      disabled: ['NOT_PROTECTED'],
      unknownAuthority: ['TLS_UNTRUSTED'],
      chain: [],
      name: [],
      without: ['NOT_PROTECTED'],
    });
  });

  test('the name of a certificate is not asked for where the driver could not check it', async () => {
    await expect(() => run('validate_connection', { ssl: { verifyIdentity: true } })).rejects.toThrow(/needs a host name/);
  });

  test("the identity is the login's own, without the digest of its password", async () => {
    const { data } = await run('validate_identity');
    expect(data?.returnedData).toMatchObject({ user: 'loader@%', database: 'target', superuser: false, roles: ['`reporting`'] });
    expect(JSON.stringify(data)).not.toContain('*');
  });

  test('a login that reads nothing is told the grant that it needs', async () => {
    const { errors } = await run('validate_permissions', { user: 'outsider', password: 'a password of nobody', database: undefined });
    expect(errors.map(({ code, resolution }) => [code, resolution])).toEqual([
      ['PERMISSION_MISSING', 'Run: GRANT SELECT ON <database>.* TO `outsider`@`%`;'],
    ]);
  });

  test('what the login in use may do and the new one may not is listed with grants that mend it, hostile names included (#90)', async () => {
    const candidate = { user: "it's@2", password: 'loader-password-2' };
    const before = await run('validate_permission_parity', candidate, details);
    const grants = before.errors.map(({ resolution }) => resolution.replace('Run: ', ''));
    expect(grants).toEqual([
      "GRANT `reporting` TO `it's@2`@`127.0.0.%`;",
      "GRANT PROCESS ON *.* TO `it's@2`@`127.0.0.%`;",
      "GRANT SELECT ON `target`.* TO `it's@2`@`127.0.0.%`;",
      `GRANT SELECT (${name(HOSTILE.column)}) ON ${table} TO \`it's@2\`@\`127.0.0.%\`;`,
      `GRANT SELECT (\`id\`) ON ${table} TO \`it's@2\`@\`127.0.0.%\`;`,
      `GRANT INSERT ON ${table} TO \`it's@2\`@\`127.0.0.%\`;`,
      `GRANT GRANT OPTION ON ${table} TO \`it's@2\`@\`127.0.0.%\`;`,
      "GRANT EXECUTE ON PROCEDURE `target`.`refresh` TO `it's@2`@`127.0.0.%`;",
    ]);
    await server.query(...grants);
    const after = await run('validate_permission_parity', candidate, details);
    expect({ before: before.status, after: after.status }).toEqual({ before: 'failed', after: 'passed' });
  });

  test('a login in use that does not get in any more is no reason to fail', async () => {
    const { status, warnings } = await run(
      'validate_permission_parity',
      { user: "it's@2", password: 'loader-password-2' },
      { ...details, password: 'changed at the source' },
    );
    expect({ status, warnings: warnings.map(({ code }) => code) }).toEqual({ status: 'warning', warnings: ['SKIPPED'] });
  });
});
