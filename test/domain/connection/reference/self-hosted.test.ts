import { describe, expect, test } from 'vitest';
import { endpointParts } from '../../../../src/domain/connection/destination/destination.ts';
import { splitDetails } from '../../../../src/domain/connection/details/details.ts';
import { readSelfHosted } from '../../../../src/domain/connection/reference/self-hosted.ts';
import { SecretError } from '../../../../src/domain/errors/secret-error.ts';
import { catalogue } from '../../../support/connectors/validate.ts';

function connectorOf(kind: string) {
  const connector = catalogue.find(kind);
  if (connector === null) throw new Error(`no kind ${kind}`);
  return connector;
}

const read = (kind: string, content: unknown, beside: object = {}) =>
  readSelfHosted(connectorOf(kind), Buffer.from(JSON.stringify(content)), null, { ...beside }).details;

/** What is wrong, in the words of the error. */
function wrongIn(kind: string, content: unknown, beside: object = {}): string {
  try {
    read(kind, content, beside);
    return 'nothing';
  } catch (error) {
    if (error instanceof SecretError) return `${error.failure}: ${error.field}`;
    throw error;
  }
}

const database = { host: 'db.example.com', user: 'loader', password: 'p' };
const PEM = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n';

describe('a secret that stays outside', () => {
  test('a secret that gives a name twice is not used: who looked at it may have seen another destination', () => {
    const text = '{"host":"db.example.com","host":"evil.example.com","dbname":"sales","user":"loader","password":"p"}';
    expect(() => readSelfHosted(connectorOf('postgres'), Buffer.from(text), null, {})).toThrow(
      expect.objectContaining({ failure: 'ill-formed', field: 'it gives a name twice' }),
    );
  });

  test.each<[string, object, object]>([
    ['postgres', { ...database, port: 5433, dbname: 'sales' }, { ...database, port: 5433, database: 'sales' }],
    ['postgres', { ...database, port: '5433', db_name: 'sales' }, { ...database, port: 5433, database: 'sales' }],
    ['postgres', { ...database, dbname: 'sales', ssl_mode: 'prefer' }, { ...database, port: 5432, database: 'sales' }],
    [
      'postgres',
      { ...database, dbname: 'sales', sslmode: 'verify-full' },
      { ...database, port: 5432, database: 'sales', ssl: { verifyIdentity: true } },
    ],
    [
      'postgres',
      { ...database, dbname: 'sales', ssl_options: { verify_cert: true } },
      { ...database, port: 5432, database: 'sales', ssl: { verifyCert: true } },
    ],
    ['redshift', { ...database, dbname: 'sales' }, { ...database, port: 5439, database: 'sales' }],
    ['mysql', { ...database, port: 3307 }, { ...database, port: 3307 }],
    ['mariadb', { ...database, database: 'sales' }, { ...database, port: 3306, database: 'sales' }],
    [
      'oracle',
      { dsn: 'db.example.com:1522/sales.example.com', user: 'loader', password: 'p' },
      { ...database, port: 1522, database: 'sales.example.com' },
    ],
    ['oracle', { dsn: '//db.example.com/sales', user: 'loader', password: 'p' }, { ...database, port: 1521, database: 'sales' }],
    [
      'db2',
      { hostname: 'db.example.com', port: '50001', database: 'sales', uid: 'loader', pwd: 'p' },
      { ...database, port: 50_001, database: 'sales' },
    ],
    [
      'sap-hana',
      { address: 'db.example.com', port: 30_013, user: 'loader', password: 'p', databaseName: 'HXE' },
      { ...database, port: 30_013, database: 'HXE' },
    ],
    ['teradata', { ...database, dbs_port: 1026 }, { ...database, port: 1026 }],
    [
      'snowflake',
      { account: 'org-a', user: 'loader', warehouse: 'WH', private_key_pem: PEM, private_key_passphrase: 'x' },
      {
        account: 'org-a',
        user: 'loader',
        warehouse: 'WH',
        privateKey: Buffer.from(PEM).toString('base64'),
        privateKeyPassphrase: 'x',
      },
    ],
    ['snowflake', { account: 'org-a', user: 'loader', token: 'pat' }, { account: 'org-a', user: 'loader', token: 'pat' }],
    [
      'snowflake',
      {
        account: 'org-a',
        oauth: { client_id: 'c', client_secret: 's', access_token_endpoint: 'https://idp.example.com/t', grant_type: 'client_credentials' },
      },
      {
        account: 'org-a',
        oauth: { clientId: 'c', clientSecret: 's', accessTokenEndpoint: 'https://idp.example.com/t', grantType: 'client_credentials' },
      },
    ],
    [
      'databricks-sql-warehouse',
      { databricks_workspace_url: 'https://dbc.example.com', client_id: 'c', client_secret: 's', databricks_warehouse_id: 'w' },
      { workspaceUrl: 'https://dbc.example.com', clientId: 'c', clientSecret: 's', warehouseId: 'w' },
    ],
    [
      'webhook',
      { url: 'https://hooks.example.com/x', signing_secret: 'a secret of 24 characters' },
      { url: 'https://hooks.example.com/x', signingSecret: 'a secret of 24 characters' },
    ],
  ])("of %s is read in its driver's words, flat and under connect_args, beside others", (kind, content, details) => {
    const held = { ...content, application_name: 'etl', connect_timeout: 10 };
    expect({ bare: read(kind, held), wrapped: read(kind, { connect_args: held, note: 'of the data team' }) }).toEqual({
      bare: details,
      wrapped: details,
    });
  });

  test('a warehouse that stands beside it completes it', () => {
    const held = { databricks_workspace_url: 'https://dbc.example.com', token: 't' };
    expect(read('databricks-sql-warehouse', held, { warehouseId: 'w' })).toMatchObject({ token: 't', warehouseId: 'w' });
  });

  const sales = { ...database, dbname: 'sales' };
  test.each<[string, object, object, string]>([
    ['nothing that it needs', {}, {}, 'ill-formed: host: is required'],
    ['a port that is none', { ...sales, port: 'many' }, {}, 'ill-formed: port: must be of type number'],
    ['a TLS mode that is none', { ...sales, ssl_mode: 'maybe' }, {}, 'ill-formed: sslOptions: must be of type object'],
    ['a TLS mode that every object has', { ...sales, ssl_mode: 'constructor' }, {}, 'ill-formed: sslOptions: must be of type object'],
    ['another host beside it', sales, { host: 'evil.example.com' }, 'ill-formed: the connection names another host'],
    ['another port beside it than its default', sales, { port: 1 }, 'ill-formed: the connection names another port'],
    [
      'less TLS beside it',
      { ...sales, ssl_mode: 'require' },
      { ssl: { disabled: true } },
      'ill-formed: the connection names another sslOptions',
    ],
    ['more TLS beside it', { ...sales, ssl_mode: 'require' }, { ssl: { verifyIdentity: true } }, 'nothing'],
    ['a host that is none, and one beside it', { ...sales, host: 5 }, { host: 'evil.example.com' }, 'ill-formed: host: is not valid'],
    ['the same host beside it', sales, { host: 'db.example.com' }, 'nothing'],
    ['no destination, and one beside it', { user: 'loader', password: 'p' }, { host: 'h', database: 'd' }, 'nothing'],
  ])('with %s is told in words of ours', (_, content, beside, wrong) => {
    expect(wrongIn('postgres', content, beside)).toBe(wrong);
  });

  test('an account that it names is not reached at an address beside it', () => {
    const held = { account: 'org-a', user: 'loader', password: 'p' };
    expect({
      elsewhere: wrongIn('snowflake', held, { url: 'https://evil.example.com' }),
      named: wrongIn('snowflake', { user: 'loader', password: 'p' }, { account: 'org-a', url: 'https://private.example.com' }),
    }).toEqual({ elsewhere: 'ill-formed: the connection names another url', named: 'nothing' });
  });

  test('less TLS in it is another destination', () => {
    const connector = connectorOf('postgres');
    const destinationOf = (mode: string) =>
      endpointParts(connector, splitDetails(connector, read('postgres', { ...sales, ssl_mode: mode })).settings);
    expect(destinationOf('verify-full')).not.toEqual(destinationOf('disable'));
  });
});
