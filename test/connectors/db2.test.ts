import { afterAll, describe, expect, test } from 'vitest';
import { fromEbcdic, isEbcdic, toEbcdic } from '../../src/connectors/db2/ebcdic.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, validatorsOf } from '../support/connectors/validate.ts';
import { startFakeDb2 } from '../support/fakes/fake-db2.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';

const READS = ['SELECT|TABLE|"SALES"."ORDERS"', 'SELECT|VIEW|"SYSIBM"."SYSDUMMY1"'];
const users = [
  {
    user: 'LOADER',
    password: 'loader-^[ü]!|1',
    roles: ['REPORT"ING'],
    authorities: ['CONNECT', 'LOAD'],
    rights: [...READS, 'INSERT|VIEW|"EU"."LIN""ES"', 'USAGE|SEQUENCE|"EU"."IDS|2"', 'EXECUTE|DB2 PACKAGE|"NULLID"."SYSSH200"'],
  },
  { user: 'LOADER2', password: 'loader-password-2', authorities: ['CONNECT'], rights: READS },
  { user: 'OUTSIDER', password: 'outsider-password', rights: READS.slice(1) },
  { user: 'ADMIN', password: 'admin-password', authorities: ['DBADM'], rights: [] },
  { user: 'BLIND', password: 'blind-password', rights: null },
  { user: 'EXPIRED', password: 'expired-password', secchkcd: 0x0e, rights: [] },
  { user: 'REVOKED', password: 'revoked-password', secchkcd: 0x14, rights: [] },
];
const at = { users, databases: ['target'] };
const secure = await startFakeDb2({ ...at, tls: true });
const plain = await startFakeDb2(at);
const encrypting = await startFakeDb2({ ...at, tls: true, mechanism: 9 });
const pool = createTestPool();
afterAll(async () => {
  for (const server of [secure, plain, encrypting]) server.close();
  await pool.close();
});

const details = {
  host: 'localhost',
  port: secure.port,
  database: 'target',
  user: 'loader',
  password: 'loader-^[ü]!|1',
  ssl: { caData: TEST_AUTHORITY },
};

describeConnector('db2', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('Db2', () => {
  const { run, codes } = validatorsOf(pool, 'db2', details);
  const as = (user: string) => ({ user, password: `${user}-password` });

  test('each way in which a login fails has a code', async () => {
    expect({
      user: await codes({ user: 'nobody' }),
      expired: await codes(as('expired')),
      revoked: await codes(as('revoked')),
      database: await codes({ database: 'none' }),
      mechanism: await codes({ port: encrypting.port }),
    }).toEqual({
      user: ['CREDENTIALS_REJECTED'],
      expired: ['CREDENTIALS_REJECTED'],
      revoked: ['ACCESS_DENIED'],
      database: ['DATABASE_NOT_FOUND'],
      mechanism: ['PROTOCOL_ERROR'],
    });
  });

  test('the password goes out inside TLS that is verified, unless it is said otherwise', async () => {
    const port = plain.port;
    const refused = { absent: await codes({ port, ssl: undefined }), asked: await codes({ port, ssl: { skipCertVerification: true } }) };
    const distrusted = await codes({ ssl: {} });
    const [unasked, before] = [plain.passwords.length, secure.passwords.length];
    const unverified = await codes({ ssl: { skipCertVerification: true } });
    const disabled = await codes({ port, ssl: { disabled: true } });
    expect({
      refused,
      distrusted,
      unasked,
      unverified,
      verified: secure.passwords.length - before,
      disabled,
      seen: plain.passwords,
    }).toEqual({
      refused: { absent: ['TLS_UNAVAILABLE'], asked: ['TLS_UNAVAILABLE'] },
      distrusted: ['TLS_UNTRUSTED'],
      unasked: 0,
      unverified: ['NOT_PROTECTED'],
      verified: 1,
      disabled: ['NOT_PROTECTED'],
      seen: [details.password],
    });
  });

  test('says who the login is, warns of an administrator, and of a login that can read nothing or may not see what it may do', async () => {
    const identity = await run('validate_identity', {});
    const admin = await run('validate_identity', as('admin'));
    const readable = await run('validate_permissions', {});
    const outsider = await run('validate_permissions', as('outsider'));
    const blind = await run('validate_permissions', as('blind'));
    expect({
      who: identity.data?.returnedData,
      admin: admin.warnings.map(({ resolution }) => resolution),
      readable: readable.data?.datasetsValidated,
      outsider: outsider.errors.map(({ resolution }) => resolution),
      blind: [...blind.errors, ...blind.warnings].map(({ code }) => code),
    }).toEqual({
      who: { user: 'LOADER', database: 'TARGET', schema: 'LOADER', serverVersion: 'SQL12010' },
      admin: ['Use a login with just what the jobs need, or run: REVOKE DBADM ON DATABASE FROM USER "ADMIN"; and grant what they need.'],
      readable: ['SALES'],
      outsider: ['Run: GRANT SELECT ON TABLE <schema>.<table> TO USER "OUTSIDER";'],
      blind: ['SKIPPED'],
    });
  });

  test('what the login in use may do and the new one may not is listed with statements that mend it (#90)', async () => {
    const { errors } = await run('validate_permission_parity', { user: 'loader2', password: 'loader-password-2' }, details);
    expect(errors.map(({ resolution }) => resolution.replace('Run: ', ''))).toEqual([
      'GRANT ROLE "REPORT""ING" TO USER "LOADER2";',
      'GRANT LOAD ON DATABASE TO USER "LOADER2";',
      'GRANT INSERT ON TABLE "EU"."LIN""ES" TO USER "LOADER2";',
      'GRANT USAGE ON SEQUENCE "EU"."IDS|2" TO USER "LOADER2";',
      'GRANT EXECUTE ON PACKAGE "NULLID"."SYSSH200" TO USER "LOADER2";',
    ]);
  });

  test('names and passwords are sent in IBM-500, in which signs differ from other code pages of its kind', () => {
    expect({
      signs: toEbcdic('Az09 ^![]|@#$').toString('hex'),
      back: fromEbcdic(toEbcdic('Üß ÿ~}{|')),
      latin: isEbcdic('pä$$|w~rd'),
      other: isEbcdic('пароль'),
    }).toEqual({ signs: 'c1a9f0f9405f4f4a5a6a7c7b5b', back: 'Üß ÿ~}{|', latin: true, other: false });
  });
});
