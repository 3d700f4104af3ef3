import { afterAll, describe, expect, test } from 'vitest';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, validatorsOf } from '../support/connectors/validate.ts';
import { startFakeTeradata } from '../support/fakes/fake-teradata.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';

const READS = [
  ['sales', 'All', 'R', ''],
  ['DBC', 'All', 'R', ''],
] as const;
const users = [
  {
    user: 'loader',
    password: 'loader-password-ü1',
    rights: [
      ...READS,
      ['sales', 'orders', 'R', ''],
      ['eu', 'lin"es', 'I', ''],
      ['eu', 'All', 'PE', ''],
      ['eu', 'All', 'R', 'reporting'],
      ['eu', 'totals', 'R', 'reporting'],
      ['eu', 'All', 'ZZ', ''],
    ],
  },
  { user: 'loader2', password: 'loader-password-2', rights: READS },
  { user: 'outsider', password: 'outsider-password', rights: READS.slice(1) },
  { user: 'dbc', password: 'dbc-password', rights: [] },
  { user: 'listed', password: 'listed-password', logMech: 'LDAP', rights: [] },
  { user: 'expired', password: 'expired-password', refused: 3032, rights: [] },
  { user: 'full', password: 'full-password', refused: 8024, rights: [] },
] as const;
const service = await startFakeTeradata(users, { tls: true });
const plain = await startFakeTeradata(users);
const pool = createTestPool();
afterAll(async () => {
  service.close();
  plain.close();
  await pool.close();
});

const at = (host: string, port: number) => ({ host, port, queryServiceUrl: `https://${host}:${port}/api/query` });
const details = {
  ...at('localhost', service.port),
  systemName: 'prod',
  user: 'loader',
  password: 'loader-password-ü1',
  ssl: { caData: TEST_AUTHORITY },
};

describeConnector('teradata', {
  good: () => details,
  at: (host, port) => ({ ...details, ...at(host, port) }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('Teradata', () => {
  const { run, codes } = validatorsOf(pool, 'teradata', details);
  const as = (user: string) => ({ user, password: `${user}-password` });

  test('each way in which a login fails has a code', async () => {
    expect({
      expired: await codes(as('expired')),
      full: await codes(as('full')),
      system: await codes({ systemName: 'other' }),
      distrust: await codes({ ssl: {} }),
      ldap: await codes({ ...as('listed'), tdLogmech: 'LDAP' }),
      notLdap: await codes(as('listed')),
      kerberos: await codes({ tdLogmech: 'KRB5' }),
    }).toEqual({
      expired: ['CREDENTIALS_REJECTED'],
      full: ['RATE_LIMITED'],
      system: ['DATABASE_NOT_FOUND'],
      distrust: ['TLS_UNTRUSTED'],
      ldap: [],
      notLdap: ['CREDENTIALS_REJECTED'],
      kerberos: ['DRIVER_NOT_INSTALLED'],
    });
  });

  test('without a Query Service the network and the certificate are tried, and every validator says that nobody signed in', async () => {
    const alone = { queryServiceUrl: undefined, systemName: undefined };
    const connector = catalogue.find('teradata');
    const others = [];
    for (const { name } of connector?.validators ?? [])
      others.push((await run(name, alone, { ...details, user: 'other' })).warnings.map(({ code }) => code));
    expect({
      all: others,
      full: await codes({ ...alone, tdSslmode: 'VERIFY_FULL' }),
      chain: await codes({ ...alone, host: '127.0.0.1', tdSslmode: 'VERIFY_CA' }),
      distrust: await codes({ ...alone, tdSslmode: 'VERIFY_CA', ssl: {} }),
      unverified: await codes({ ...alone, tdSslmode: 'REQUIRE', ssl: {} }),
      withoutTls: await codes({ ...alone, port: plain.port, tdSslmode: 'REQUIRE' }),
    }).toEqual({
      all: [['SKIPPED'], ['SKIPPED'], ['SKIPPED'], ['SKIPPED']],
      full: ['SKIPPED'],
      chain: ['SKIPPED'],
      distrust: ['TLS_UNTRUSTED'],
      unverified: ['SKIPPED'],
      withoutTls: ['TLS_UNTRUSTED'],
    });
  });

  test('the URL and the system go together', () => {
    const connector = catalogue.find('teradata');
    if (connector === null) throw new Error('no kind teradata');
    expect(() => parseDetails(connector, { ...details, systemName: undefined })).toThrow(/goes together with systemName/);
  });

  test('says who the login is, warns of the administrator, and of a login that can read nothing', async () => {
    const identity = await run('validate_identity', {});
    const admin = await run('validate_identity', as('dbc'));
    const readable = await run('validate_permissions', {});
    const outsider = await run('validate_permissions', as('outsider'));
    const elsewhere = await run('validate_permissions', { database: 'hr' });
    expect({
      who: identity.data?.returnedData,
      admin: admin.warnings.map(({ code }) => code),
      readable: readable.data?.datasetsValidated,
      outsider: outsider.errors.map(({ resolution }) => resolution),
      elsewhere: elsewhere.errors.map(({ resolution }) => resolution),
    }).toEqual({
      who: { user: 'LOADER', account: 'DBC', database: 'sales', role: null, session: 1007 },
      admin: ['NOT_PROTECTED'],
      readable: ['eu', 'sales'],
      outsider: ['Run: GRANT SELECT ON <database> TO "outsider";'],
      elsewhere: ['Run: GRANT SELECT ON "hr" TO "loader";'],
    });
  });

  test('what the login in use may do and the new one may not is listed with statements that mend it (#90)', async () => {
    const { errors } = await run('validate_permission_parity', { user: 'loader2', password: 'loader-password-2' }, details);
    expect(errors.map(({ resolution }) => resolution.replace('Run: ', ''))).toEqual([
      'GRANT INSERT ON "eu"."lin""es" TO "loader2";',
      'GRANT EXECUTE PROCEDURE ON "eu" TO "loader2";',
      'GRANT "reporting" TO "loader2";',
    ]);
  });
});
