import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCatalogue } from '../../../src/connectors/catalogue.ts';
import { readWireDetails } from '../../../src/domain/connection/details/wire-details.ts';
import type { Connector } from '../../../src/domain/connector/connector.ts';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const stage = async (connectionType: string, details: object) => {
  const { errors, text } = await gateway.graphql(
    'mutation ($t: String!, $d: JSONString!) { stageConnection(connectionType: $t, details: $d) { key } }',
    { t: connectionType, d: JSON.stringify(details) },
  );
  return { code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path, text };
};

/** What drivers would take: files, sockets, commands, plug-ins, other hosts and proxies. */
const OPTIONS = [
  'sslrootcert',
  'sslcert',
  'sslkey',
  'passfile',
  'service',
  'servicefile',
  'hostaddr',
  'options',
  'connectionString',
  'uri',
  'dsn',
  'socketPath',
  'unix_socket',
  'init_command',
  'initSql',
  'flags',
  'authPlugins',
  'auth_plugin',
  'localInfile',
  'multipleStatements',
  'tlsCAFile',
  'tlsCertificateKeyFile',
  'proxy',
  'proxyHost',
  'agent',
  'lookup',
  'stream',
  'Client',
  'credentialsFile',
  'keyFilename',
  'profile',
  'env',
  'cwd',
  'file',
  'driver',
  '__proto__',
  'constructor',
] as const;

describe('#86 options that are not listed', () => {
  const KINDS = createCatalogue().all();
  /** Written by hand: an object literal would take __proto__ for its prototype. */
  const written = (option: string) => `{"${option}":"/etc/CNRY"}`;
  const refusal = (connector: Connector, option: string) => {
    try {
      readWireDetails(connector, JSON.parse(written(option)), 'connectionDetails', { sharedInput: true });
      return 'taken';
    } catch (error) {
      return error instanceof DomainError ? error.code : error;
    }
  };
  const sent = async (kind: string, option: string) => {
    const { errors } = await gateway.graphql(
      'mutation ($t: String!, $d: JSONString!) { stageConnection(connectionType: $t, details: $d) { key } }',
      { t: kind, d: written(option) },
    );
    return errors?.[0]?.extensions.code;
  };

  test.each(KINDS.map((connector) => [connector.kind, connector] as const))(
    'are refused by name for %s, whatever a driver would make of them',
    (_, connector) => {
      const outcomes = Object.fromEntries(OPTIONS.map((option) => [`of ${option}`, refusal(connector, option)]));
      expect(outcomes).toEqual(Object.fromEntries(OPTIONS.map((option) => [`of ${option}`, 'UNKNOWN_OPTION'])));
    },
  );

  test('are refused over the wire: one for every kind, and every one for one kind', async () => {
    const answers = new Set<string | undefined>();
    for (const { kind } of KINDS) answers.add(await sent(kind, 'sslrootcert'));
    for (const option of OPTIONS) answers.add(await sent('postgres', option));
    expect({ answers: [...answers], kinds: KINDS.length > 40 }).toEqual({ answers: ['UNKNOWN_OPTION'], kinds: true });
  });
});

const POSTGRES = { host: 'db.example.com', port: 5432, dbName: 'd', user: 'u', password: 'a password' };

test.each([
  '127.0.0.1\0.ok.test',
  'db.example.com\r\nx: y',
  'db.example.com\n',
  '\u001b[2Jdb.example.com',
  'db\ud800.example.com',
  '',
  'x'.repeat(256),
])('#78 #85 a host that no line may hold is refused by its path: %j', async (host) => {
  const { code, path } = await stage('postgres', { ...POSTGRES, host });
  expect({ code, path }).toEqual({ code: 'BAD_REQUEST', path: 'host' });
});

test.each([
  ['dbName', 'd\0', 'dbName'],
  ['user', 'u\r\nx', 'user'],
  ['password', 'p\0', 'password'],
  ['port', 0, 'port'],
  ['port', 65_536, 'port'],
  ['port', '5432; drop', 'port'],
  ['sslOptions', { caData: '/etc/passwd' }, 'sslOptions.caData'],
])('#85 a %s of %j is refused by its path', async (field, value, expected) => {
  const { code, path, text } = await stage('postgres', { ...POSTGRES, [field]: value });
  expect({ code, path, text: text.includes('/etc/passwd') }).toEqual({ code: 'BAD_REQUEST', path: expected, text: false });
});
