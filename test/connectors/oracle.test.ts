import { afterAll, describe, expect, test } from 'vitest';
import { NOBODY } from '../../src/connectors/oracle/nobody.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, validatorsOf } from '../support/connectors/validate.ts';
import { startFakeOracle } from '../support/fakes/oracle/fake-oracle.ts';
import { TEST_AUTHORITY, TEST_CERTIFICATE } from '../support/fakes/test-certificate.ts';

/** For `localhost`, and signed by the key that the driver is given where the client has none: what anybody could make. */
const IMPOSTOR = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgeLMqQwE3s8Cx358v
EcNSMLyW3QHpo2TjGm53pusF9aChRANCAASMZyU5hyJNCtFLEuCTgrEevXb6udgD
uc4D+k49jUd8Az93XwxA2i1CIiDi8VntN7fXKSclUR7Lj1+7lZQixKlj
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBhzCCAS2gAwIBAgIQAJaMFupIWkcSzdNWNeRNbDAKBggqhkjOPQQDAjAVMRMw
EQYDVQQDDApjaGFuZ2VvdmVyMCAXDTI2MTEyNzA5MTgwOFoYDzIxMTkxMjMwMDkx
ODA4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAASMZyU5hyJNCtFLEuCTgrEevXb6udgDuc4D+k49jUd8Az93XwxA2i1CIiDi
8VntN7fXKSclUR7Lj1+7lZQixKljo14wXDAaBgNVHREEEzARgglsb2NhbGhvc3SH
BH8AAAEwHQYDVR0OBBYEFGBMdt1DRLeZg07CD+1+EWxuZ1qxMB8GA1UdIwQYMBaA
FLD/ES2K6GaBAC3hFF4g8Br+pwMGMAoGCCqGSM49BAMCA0gAMEUCIGMwFV9bNtO1
uTAJZAo+6LWq3p7UmV3UheeiVKlvMKL2AiEA5/Vl6MO4BieAKhXbC25yvorpkDW9
syqXwzNPAsQlivk=
-----END CERTIFICATE-----`,
};

const MANY = Array.from({ length: 300 }, (_, index) => ['OBJECT', 'SELECT', `"ARCHIVE"."T${index}"`, ''] as const);
const READS = [['PRIVILEGE', 'CREATE SESSION', null, null], ['OBJECT', 'READ', '"SALES"."ORDERS"', null], ...MANY] as const;
const users = [
  {
    user: 'LOADER',
    password: 'loader-password-ü1',
    roles: ['REPORTING'],
    rights: [
      ...READS,
      ['PRIVILEGE', 'SELECT ANY DICTIONARY', null, null],
      ['ROLE', 'REPORTING', null, null],
      ['OBJECT', 'READ', '"EU"."TOTALS"', 'REPORTING'],
      ['OBJECT', 'INSERT', '"EU"."lines"', null],
      ['OWNED', 'SELECT', '"LOADER"."STAGE"', null],
    ],
    schemas: { SALES: 2, EU: 1 },
  },
  { user: 'LOADER2', password: 'loader-password-2', rights: READS, schemas: { SALES: 1 } },
  { user: 'OUTSIDER', password: 'outsider-password', rights: [] },
  { user: 'ADMIN', password: 'admin-password', roles: ['DBA'], rights: [] },
  { user: 'LOCKED', password: 'locked-password', refused: 28000, rights: [] },
  { user: 'EXPIRED', password: 'expired-password', refused: 28001, rights: [] },
  { user: 'UNINVITED', password: 'uninvited-password', refused: 1045, rights: [] },
] as const;
const at = { services: ['target'], users };
const server = await startFakeOracle(at);
const secure = await startFakeOracle({ ...at, tls: TEST_CERTIFICATE });
const impostor = await startFakeOracle({ ...at, tls: { key: IMPOSTOR.key, cert: `${IMPOSTOR.cert}\n${NOBODY}` } });
const nobody = await startFakeOracle({ ...at, tls: { key: NOBODY, cert: NOBODY } });
const busy = await startFakeOracle({ ...at, refuses: 12520 });
const blocked = await startFakeOracle({ ...at, refuses: 12528 });
const pool = createTestPool();
afterAll(async () => {
  for (const one of [server, secure, impostor, nobody, busy, blocked]) one.close();
  await pool.close();
});

const details = { host: '127.0.0.1', port: server.port, database: 'target', user: 'loader', password: 'loader-password-ü1' };
const encrypted = { ...details, host: 'localhost', port: secure.port };

describeConnector('oracle', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('Oracle', () => {
  const { run, codes } = validatorsOf(pool, 'oracle', details);
  const as = (user: string) => ({ user, password: `${user}-password` });

  test('each way in which a login fails has a code', async () => {
    expect({
      user: await codes({ user: 'nobody' }),
      service: await codes({ database: 'other' }),
      locked: await codes(as('locked')),
      expired: await codes(as('expired')),
      uninvited: await codes(as('uninvited')),
      busy: await codes({ port: busy.port }),
      blocked: await codes({ port: blocked.port }),
    }).toEqual({
      user: ['CREDENTIALS_REJECTED'],
      service: ['DATABASE_NOT_FOUND'],
      locked: ['ACCESS_DENIED'],
      expired: ['CREDENTIALS_REJECTED'],
      uninvited: ['PERMISSION_MISSING'],
      busy: ['RATE_LIMITED'],
      blocked: ['PROVIDER_DOWN'],
    });
  });

  test('TLS is verified wherever it is asked for, and absent means none, with a warning', async () => {
    const before = secure.logins.length;
    const distrusted = await codes({ ...encrypted, ssl: {} });
    const unasked = secure.logins.length - before;
    expect({
      absent: await codes({}),
      distrusted,
      unasked,
      chain: await codes({ ...encrypted, ssl: { caData: TEST_AUTHORITY } }),
      name: await codes({ ...encrypted, ssl: { caData: TEST_AUTHORITY, verifyIdentity: true } }),
    }).toEqual({ absent: ['NOT_PROTECTED'], distrusted: ['TLS_UNTRUSTED'], unasked: 0, chain: [], name: [] });
  });

  test('the certificate that the driver gets in the place of a missing one vouches for nobody', async () => {
    const outcomes = [];
    for (const { port } of [impostor, nobody]) outcomes.push(await codes({ ...encrypted, port, ssl: { caData: TEST_AUTHORITY } }));
    expect({ outcomes, logins: [...impostor.logins, ...nobody.logins] }).toEqual({
      outcomes: [['TLS_UNTRUSTED'], ['TLS_UNTRUSTED']],
      logins: [],
    });
  });

  test('where TLS is asked for, a server without it sees no login', async () => {
    const before = server.logins.length;
    const outcome = await codes({ ssl: { caData: TEST_AUTHORITY } });
    expect({ outcome, logins: server.logins.length - before }).toEqual({ outcome: ['TLS_UNAVAILABLE'], logins: 0 });
  });

  test('options that the driver can not honour, and names that would be more than a name, are refused', () => {
    const connector = catalogue.find('oracle');
    if (connector === null) throw new Error('no kind oracle');
    const refused = (changed: Details) => {
      try {
        parseDetails(connector, { ...details, ...changed });
        return 'taken';
      } catch {
        return 'refused';
      }
    };
    expect({
      unverified: refused({ ssl: { skipCertVerification: true } }),
      descriptor: refused({ host: '(DESCRIPTION=x' }),
      parameters: refused({ database: 'target?wallet_location=/etc' }),
      letter: refused({ database: 't' }),
      plain: refused({}),
    }).toEqual({ unverified: 'refused', descriptor: 'refused', parameters: 'refused', letter: 'refused', plain: 'taken' });
  });

  test('says who the login is, warns of an administrator, and of a login that sees no table', async () => {
    const identity = await run('validate_identity', {});
    const admin = await run('validate_identity', as('admin'));
    const readable = await run('validate_permissions', {});
    const outsider = await run('validate_permissions', as('outsider'));
    expect({
      who: identity.data?.returnedData,
      admin: admin.warnings.map(({ resolution }) => resolution),
      readable: readable.data?.datasetsValidated,
      outsider: outsider.errors.map(({ resolution }) => resolution),
    }).toEqual({
      who: { user: 'LOADER', schema: 'LOADER', service: 'target', container: 'PDB1', protocol: 'tcp', roles: ['REPORTING'] },
      admin: ['Use a login with just what the jobs need, or run: REVOKE DBA FROM "ADMIN"; and grant what they need.'],
      readable: ['SALES', 'EU'],
      outsider: ['Run: GRANT READ ON <schema>.<table> TO "outsider";'],
    });
  });

  test('what the login in use may do and the new one may not is listed with statements that mend it (#90)', async () => {
    const parity = await run('validate_permission_parity', { user: 'loader2', password: 'loader-password-2' }, details);
    expect({
      mends: parity.errors.map(({ resolution }) => resolution.replace('Run: ', '')),
      warned: parity.warnings.map(({ cause }) => cause),
    }).toEqual({
      mends: [
        'GRANT SELECT ANY DICTIONARY TO "LOADER2";',
        'GRANT "REPORTING" TO "LOADER2";',
        'GRANT INSERT ON "EU"."lines" TO "LOADER2";',
        'GRANT SELECT ON "LOADER"."STAGE" TO "LOADER2";',
      ],
      warned: ['the login in use owns tables'],
    });
  });
});
