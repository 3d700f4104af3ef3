import hive from 'hive-driver';
import { afterAll, describe, expect, test } from 'vitest';
import { usesTls } from '../../src/connectors/families/hive/hive-login.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeHive } from '../support/fakes/fake-hive.ts';
import { TEST_AUTHORITY } from '../support/fakes/test-certificate.ts';

const users = [
  { name: 'loader', password: 'loader-password-1', reads: ['lines', 'orders'] },
  { name: 'loader2', password: 'loader-password-2', reads: ['orders'] },
];
const sasl = await startFakeHive({ users, mode: 'SASL' });
const secure = await startFakeHive({ users, mode: 'SASL', tls: true });
const open = await startFakeHive({ users, mode: 'NOSASL' });
const http = await startFakeHive({ users, mode: 'HTTP' });
const pool = createTestPool();
afterAll(async () => {
  for (const server of [sasl, secure, open, http]) server.close();
  await pool.close();
});

const login = { username: 'loader', password: 'loader-password-1' };
const details = { host: 'localhost', port: secure.port, database: 'sales', authMode: 'SASL', ...login, ssl: { caData: TEST_AUTHORITY } };
const binaryMode = { host: '127.0.0.1', port: sasl.port, database: 'sales', ...login };
const httpMode = (url: string) => ({ httpMode: { url, ...login } });

describeConnector('hive', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describeConnector('spark', {
  good: () => ({ binaryMode }),
  at: (host, port) => ({ binaryMode: { ...binaryMode, host, port }, ssl: { disabled: true } }),
  withSecret: (canary) => ({ binaryMode: { ...binaryMode, password: canary } }),
});

describe('hive and spark', () => {
  const run = (kind: string, validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, kind, validator, given, current);
  const codes = async (kind: string, given: Details) => (await run(kind, 'validate_connection', given)).errors.map(({ code }) => code);
  const at = (server: { readonly port: number }, path = '/cliservice') => `http://127.0.0.1:${server.port}${path}`;

  test('each way in which a login fails has a code, over TCP and over HTTP', async () => {
    expect({
      database: await codes('hive', { ...details, database: 'none' }),
      distrust: await codes('hive', { ...details, ssl: {} }),
      plain: await codes('hive', { ...details, port: sasl.port }),
      anonymous: await codes('hive', { host: '127.0.0.1', port: open.port, authMode: 'NOSASL' }),
      mode: await codes('hive', { host: '127.0.0.1', port: sasl.port, authMode: 'NOSASL' }),
      web: await codes('hive', { host: '127.0.0.1', port: http.port }),
      unwrapped: await codes('hive', { ...details, port: secure.port, ssl: { disabled: true } }),
      http: await codes('spark', httpMode(at(http))),
      password: await codes('spark', { httpMode: { url: at(http), username: 'loader', password: 'wrong' } }),
      path: await codes('spark', httpMode(at(http, '/elsewhere'))),
      closed: await codes('spark', httpMode('http://127.0.0.1:9/cliservice')),
    }).toEqual({
      database: ['DATABASE_NOT_FOUND'],
      distrust: ['TLS_UNTRUSTED'],
      plain: ['TLS_UNTRUSTED'],
      anonymous: [],
      mode: ['PROTOCOL_ERROR'],
      web: ['PROTOCOL_ERROR'],
      unwrapped: ['PROTOCOL_ERROR'],
      http: [],
      password: ['CREDENTIALS_REJECTED'],
      path: ['PROTOCOL_ERROR'],
      closed: ['PORT_CLOSED'],
    });
  });

  test('a password goes to nobody who has not proved who he is, and without TLS only where that is said to be right', async () => {
    const before = [secure, sasl].map(({ passwords }) => passwords.length);
    await codes('hive', { ...details, ssl: {} });
    await codes('hive', { ...details, port: sasl.port });
    const seen = [secure, sasl].map(({ passwords }, index) => passwords.length - (before[index] ?? 0));
    const unprotected = await run('spark', 'validate_connection', { binaryMode });
    expect({ seen, warned: unprotected.warnings.map(({ code }) => code) }).toEqual({ seen: [0, 0], warned: ['NOT_PROTECTED'] });
  });

  test('says who the login is, and what of the login in use it may not read, with the grants that mend it (#90)', async () => {
    const second = { ...details, username: 'loader2', password: 'loader-password-2' };
    const identity = await run('hive', 'validate_identity', second);
    const permissions = await run('hive', 'validate_permissions', second);
    const parity = await run('hive', 'validate_permission_parity', second, details);
    expect({
      who: identity.data?.returnedData,
      unreadable: permissions.warnings.map(({ resolution }) => resolution),
      lost: parity.errors.map(({ resolution }) => resolution),
    }).toEqual({
      who: { login_name: 'loader2', database_name: 'sales', server_version: '4.0.1' },
      unreadable: ['If its jobs need it, run: GRANT SELECT ON TABLE `sales`.`lines` TO USER `loader2`;'],
      lost: ['Run: GRANT SELECT ON TABLE `sales`.`lines` TO USER `loader2`;'],
    });
  });

  test('where no sslOptions are given a password is sent over TLS that holds, to this machine alone without', async () => {
    const given = { host: 'hive.example.com', ssl: undefined };
    expect({
      password: usesTls({ ...given, password: 'p' }),
      none: usesTls({ ...given, password: undefined }),
      here: usesTls({ ...given, host: 'localhost', password: 'p' }),
      disabled: usesTls({ ...given, password: 'p', ssl: { disabled: true } }),
      asked: usesTls({ host: 'localhost', password: undefined, ssl: {} }),
    }).toEqual({ password: true, none: false, here: false, disabled: false, asked: true });
  });

  test.each([
    ['http to another machine', { httpMode: { url: 'http://spark.example.com/cliservice', ...login } }, 'httpMode.url'],
    [
      'https and TLS disabled',
      { httpMode: { url: 'https://spark.example.com', ...login }, ssl: { disabled: true } },
      'sslOptions.disabled',
    ],
    [
      'another host without the password',
      { binaryMode: { ...binaryMode, host: 'elsewhere.example.com', password: undefined } },
      'password',
    ],
    ['both modes', { binaryMode, ...httpMode('https://spark.example.com') }, 'binaryMode'],
  ])('spark refuses %s', (_, given, path) => {
    expect(() => parseDetails(sparkOf(), given)).toThrow(path);
  });

  // The driver that most programs of Node use, on code that Apache's definition generates: what it gets along with is no invention of ours.
  test.each([
    ['SASL', 'loader-password-1', sasl, [{ '1': '1' }]],
    ['SASL', 'wrong', sasl, 'refused'],
    ['NOSASL', 'anything', open, [{ '1': '1' }]],
    ['HTTP', 'loader-password-1', http, [{ '1': '1' }]],
    ['HTTP', 'wrong', http, 'refused'],
  ] as const)('hive-driver gets along with the fake: %s, password %s', async (mode, password, { port }, rows) => {
    expect(await askDriver(mode, port, password)).toEqual(rows);
  });
});

function sparkOf() {
  const connector = catalogue.find('spark');
  if (connector === null) throw new Error('no kind spark');
  return connector;
}

/** Its promises do not settle for every fault, so the error that it emits ends them. */
async function askDriver(mode: 'SASL' | 'NOSASL' | 'HTTP', port: number, password: string): Promise<unknown> {
  const { TCLIService, TCLIService_types: types } = hive.thrift;
  const client = new hive.HiveClient(TCLIService, types);
  const failed = new Promise<never>((_, reject) => client.on('error', reject));
  const who = { username: 'loader', password };
  const [connection, auth, options] =
    mode === 'HTTP'
      ? [new hive.connections.HttpConnection(), new hive.auth.PlainHttpAuthentication(who), { path: '/cliservice' }]
      : [
          new hive.connections.TcpConnection(),
          mode === 'SASL' ? new hive.auth.PlainTcpAuthentication(who) : new hive.auth.NoSaslAuthentication(),
          {},
        ];
  const ask = async () => {
    await client.connect({ host: '127.0.0.1', port, options }, connection, auth);
    const session = await client.openSession({ client_protocol: types.TProtocolVersion.HIVE_CLI_SERVICE_PROTOCOL_V10 });
    const operation = await session.executeStatement('SELECT 1', { runAsync: true });
    const utils = new hive.HiveUtils(types);
    await utils.waitUntilReady(operation);
    await utils.fetchAll(operation);
    return utils.getResult(operation).getValue();
  };
  try {
    return await Promise.race([ask(), failed]);
  } catch {
    return 'refused';
  } finally {
    client.close();
  }
}
