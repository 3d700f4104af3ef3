import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeHana } from '../support/fakes/fake-hana.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';

const READS = [['SCHEMA', 'SALES', null, 'SELECT', 'LOADER2', 'USER']] as const;
const users = [
  {
    user: 'LOADER',
    password: 'loader-password-ü1',
    rights: [
      ...READS,
      ['TABLE', 'SALES', 'ORDERS', 'SELECT', 'LOADER', 'USER'],
      ['TABLE', 'EU', 'LIN"ES', 'INSERT', 'LOADER', 'USER'],
      ['SYSTEMPRIVILEGE', null, null, 'CATALOG READ', 'LOADER', 'USER'],
      ['VIEW', 'EU', 'TOTALS', 'SELECT', 'REPORTING', 'ROLE'],
      ['SCHEMA', 'EU', null, 'EXECUTE', 'REPORTING', 'ROLE'],
    ],
    owned: ['LOADER'],
  },
  { user: 'LOADER2', password: 'loader-password-2', rights: READS },
  { user: 'OUTSIDER', password: 'outsider-password', rights: [['VIEW', 'SYS', 'DUMMY', 'SELECT', 'PUBLIC', 'ROLE']] },
  { user: 'ADMIN', password: 'admin-password', rights: [['SYSTEMPRIVILEGE', null, null, 'DATA ADMIN', 'ADMIN', 'USER']] },
  { user: 'FRESH', password: 'fresh-password', rights: [], refused: { at: 'statement', code: 414 } },
  { user: 'UNENCRYPTED', password: 'unencrypted-password', rights: [], refused: { at: 'login', code: 4321 } },
  { user: 'LOCKED', password: 'locked-password', rights: [], refused: { at: 'login', code: 416 } },
] as const;
const server = await startFakeHana({ users, tenants: { HXE: null } });
const secure = await startFakeHana({ users, tls: true, tenants: { HXE: null } });
const greedy = await startFakeHana({ users, wantsPassword: true });
const greedySecure = await startFakeHana({ users, wantsPassword: true, tls: true });
const rude = await startFakeHana({ users, hangsUp: true });
const tireless = await startFakeHana({ users, rounds: 0xffffffff });
const diligent = await startFakeHana({ users, rounds: 100_000 });
const silent = await startFakeHana({ users, isSilent: true });
const system = await startFakeHana({
  users: [],
  tenants: { HXE: { host: '127.0.0.1', port: server.port }, AWAY: { host: '127.0.0.2', port: server.port } },
});
const old = await startFakeHana({ users, oldTls: true });
const systemSecure = await startFakeHana({
  users: [],
  tls: true,
  tenants: { HXE: { host: 'localhost', port: secure.port }, PLAIN: { host: 'localhost', port: server.port } },
});
const pool = createTestPool();
afterAll(async () => {
  for (const one of [server, secure, greedy, greedySecure, rude, silent, tireless, diligent, system, old, systemSecure]) one.close();
  await pool.close();
});

const details = { host: '127.0.0.1', port: server.port, user: 'loader', password: 'loader-password-ü1' };
const encrypted = { ...details, host: 'localhost', port: secure.port };

describeConnector('sap-hana', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('SAP HANA', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'sap-hana', validator, given, current);
  const codes = async (given: Details) => {
    const { errors, warnings } = await run('validate_connection', given);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('each way in which a login fails has a code, and one with an initial password is found by its first statement', async () => {
    expect({
      user: await codes({ ...details, user: 'nobody' }),
      initial: await codes({ ...details, user: 'fresh', password: 'fresh-password' }),
      locked: await codes({ ...details, user: 'locked', password: 'locked-password' }),
      unencrypted: await codes({ ...details, user: 'unencrypted', password: 'unencrypted-password', ssl: { disabled: true } }),
    }).toEqual({
      user: ['CREDENTIALS_REJECTED'],
      initial: ['CREDENTIALS_REJECTED'],
      locked: ['ACCESS_DENIED'],
      unencrypted: ['TLS_REQUIRED'],
    });
  });

  test('a server that hangs up in the middle of a login is not waited for', async () => {
    expect(await codes({ ...details, port: rude.port })).toEqual(['PROTOCOL_ERROR']);
  });

  test('a server that falls silent in the middle of a login, of which the driver never tells, is given up at the deadline', async () => {
    const hasty = createTestPool({ deadlineMs: 1000 });
    const { errors } = await runValidator(hasty, 'sap-hana', 'validate_connection', { ...details, port: silent.port });
    await hasty.close();
    expect(errors.map(({ code }) => code)).toEqual(['TIMEOUT']);
  });

  test('a server that asks for hours of hashing is refused before any of it, since nothing could end that work', async () => {
    const { errors } = await run('validate_connection', { ...details, port: tireless.port });
    expect({
      refused: errors.map(({ code, cause }) => [code, cause]),
      proofs: tireless.logins,
      // Its proof is another, as it was not hashed so often.
      done: await codes({ ...details, port: diligent.port, ssl: { disabled: true } }),
    }).toEqual({
      refused: [['PROTOCOL_ERROR', 'the server asked for more than 1000000 rounds of hashing']],
      proofs: [],
      done: ['CREDENTIALS_REJECTED'],
    });
  });

  test('TLS is as strict as asked, and absent means where the server offers it, unverified, with a warning', async () => {
    const causes = async (given: Details) => (await run('validate_connection', given)).warnings.map(({ cause }) => cause);
    expect({
      offered: await causes(encrypted),
      hangsUp: await causes(details),
      tooOld: await causes({ ...details, port: old.port }),
      tooOldForThoseWhoAsk: await codes({ ...details, port: old.port, ssl: {} }),
      disabled: await causes({ ...details, ssl: { disabled: true } }),
    }).toEqual({
      offered: ['TLS without verification'],
      hangsUp: ['no TLS'],
      tooOld: ['no TLS'],
      tooOldForThoseWhoAsk: ['TLS_UNTRUSTED'],
      disabled: ['no TLS'],
    });
    expect({
      unverified: await codes({ ...encrypted, ssl: {} }),
      distrusted: await codes({ ...encrypted, ssl: { verifyCert: true } }),
      chain: await codes({ ...encrypted, host: '127.0.0.1', ssl: { caData: TEST_AUTHORITY } }),
      name: await codes({ ...encrypted, ssl: { caData: TEST_AUTHORITY, verifyIdentity: true } }),
    }).toEqual({ unverified: ['NOT_PROTECTED'], distrusted: ['TLS_UNTRUSTED'], chain: [], name: [] });
  });

  test('where TLS is asked for, a server without it sees no login', async () => {
    const before = server.logins.length;
    const outcomes = [await codes({ ...details, ssl: {} }), await codes({ ...details, ssl: { verifyIdentity: true } })];
    expect({ outcomes, logins: server.logins.length - before }).toEqual({
      outcomes: [['TLS_UNAVAILABLE'], ['TLS_UNAVAILABLE']],
      logins: 0,
    });
  });

  test('a server that asks for the password itself does not get it, unless its certificate holds', async () => {
    const plain = await codes({ ...details, port: greedy.port });
    const unverified = await codes({ ...encrypted, port: greedySecure.port, ssl: {} });
    const unasked = greedy.logins.length + greedySecure.logins.length;
    await codes({ ...encrypted, port: greedySecure.port, ssl: { caData: TEST_AUTHORITY } });
    expect({ plain, unverified, unasked, verified: greedySecure.logins }).toEqual({
      plain: ['TLS_REQUIRED'],
      unverified: ['TLS_REQUIRED'],
      unasked: 0,
      verified: [{ user: 'loader', method: 'LDAP' }],
    });
  });

  test('a tenant is looked up at the system database, and followed to another port of that host alone', async () => {
    const at = { ...details, port: system.port };
    expect({
      here: await codes({ ...details, database: 'HXE' }),
      port: await codes({ ...at, database: 'HXE' }),
      host: await codes({ ...at, database: 'AWAY' }),
      unknown: await codes({ ...at, database: 'NONE' }),
      logins: system.logins,
    }).toEqual({ here: ['NOT_PROTECTED'], port: ['NOT_PROTECTED'], host: ['PROTOCOL_ERROR'], unknown: ['DATABASE_NOT_FOUND'], logins: [] });
  });

  test('a tenant is reached by TLS as strict as the system database is', async () => {
    const at = { ...encrypted, port: systemSecure.port, database: 'HXE' };
    const verified = { caData: TEST_AUTHORITY, verifyIdentity: true };
    const before = server.logins.length;
    const plain = [await codes({ ...at, database: 'PLAIN', ssl: {} }), await codes({ ...at, database: 'PLAIN', ssl: verified })];
    expect({
      plain,
      unencrypted: server.logins.length - before,
      distrusted: await codes({ ...at, ssl: { verifyCert: true } }),
      verified: await codes({ ...at, ssl: verified }),
      here: await codes({ ...encrypted, database: 'HXE', ssl: verified }),
      unverified: await codes({ ...at, ssl: {} }),
    }).toEqual({
      plain: [['TLS_UNAVAILABLE'], ['TLS_UNAVAILABLE']],
      unencrypted: 0,
      distrusted: ['TLS_UNTRUSTED'],
      verified: [],
      here: [],
      unverified: ['NOT_PROTECTED'],
    });
  });

  test('a tenant whose server has TLS is reached by it when nothing was said of TLS, as by clients that can not ask for it', async () => {
    const at = { ...encrypted, port: systemSecure.port };
    const causes = async (database: string) => (await run('validate_connection', { ...at, database })).warnings.map(({ cause }) => cause);
    expect({ HXE: await causes('HXE'), PLAIN: await causes('PLAIN') }).toEqual({
      HXE: ['TLS without verification'],
      PLAIN: ['no TLS'],
    });
  });

  test('says who the login is, warns of an administrator, and of a login that can read nothing', async () => {
    const identity = await run('validate_identity', details);
    const admin = await run('validate_identity', { ...details, user: 'admin', password: 'admin-password' });
    const readable = await run('validate_permissions', details);
    const outsider = await run('validate_permissions', { ...details, user: 'outsider', password: 'outsider-password' });
    expect({
      who: identity.data?.returnedData,
      admin: admin.warnings.map(({ code }) => code),
      readable: readable.data?.datasetsValidated,
      outsider: outsider.errors.map(({ resolution }) => resolution),
    }).toEqual({
      who: { user: 'LOADER', sessionUser: 'LOADER', schema: 'LOADER', database: 'HXE', serverVersion: '2.00.076.00' },
      admin: ['NOT_PROTECTED'],
      readable: ['EU', 'LOADER', 'SALES'],
      outsider: ['Run: GRANT SELECT ON SCHEMA <schema> TO "OUTSIDER";'],
    });
  });

  test('what the login in use may do and the new one may not is listed with statements that mend it (#90)', async () => {
    const { errors } = await run('validate_permission_parity', { ...details, user: 'loader2', password: 'loader-password-2' }, details);
    expect(errors.map(({ resolution }) => resolution.replace('Run: ', ''))).toEqual([
      'GRANT INSERT ON "EU"."LIN""ES" TO "LOADER2";',
      'GRANT CATALOG READ TO "LOADER2";',
      'GRANT "REPORTING" TO "LOADER2";',
      'GRANT SELECT ON SCHEMA "LOADER" TO "LOADER2";',
    ]);
  });
});
