import { generateKeyPairSync } from 'node:crypto';
import { startFakeDatabricks, WAREHOUSE } from '../../support/fakes/fake-databricks.ts';
import { startFakeDremio } from '../../support/fakes/fake-dremio.ts';
import { createAccount, fakeBigquery, PROJECT, startFakeGoogle } from '../../support/fakes/fake-google.ts';
import { ACCOUNT, startFakeSnowflake } from '../../support/fakes/fake-snowflake.ts';
import { startFakeTrino } from '../../support/fakes/fake-trino.ts';
import { authorityFile, refused, type SdkCase } from './ask-sdk.ts';

const snowflake: SdkCase = {
  sdk: 'snowflake-connector-python',
  ask: 'snowflake',
  kinds: ['snowflake'],
  async start() {
    const pem = { type: 'spki', format: 'pem' } as const;
    const make = () =>
      generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: pem, privateKeyEncoding: { ...pem, type: 'pkcs8' } });
    const [own, other] = [make(), make()];
    const user = { name: 'LOADER', password: 'winter-2025', publicKey: own.publicKey, token: 'a-programmatic-token', roles: ['LOAD'] };
    const fake = await startFakeSnowflake([user], []);
    const place = { host: '127.0.0.1', port: fake.port, account: ACCOUNT, user: 'loader' };
    const byToken = { ...place, authenticator: 'PROGRAMMATIC_ACCESS_TOKEN' };
    return {
      close: fake.close,
      logins: {
        password: { ...place, password: 'winter-2025' },
        key: { ...place, private_key: own.privateKey },
        token: { ...byToken, token: 'a-programmatic-token' },
        wrongPassword: { ...place, password: 'summer-2025' },
        otherKey: { ...place, private_key: other.privateKey },
        wrongToken: { ...byToken, token: 'another' },
      },
    };
  },
  outcomes: {
    password: { who: '1' },
    key: { who: '1' },
    token: { who: '1' },
    wrongPassword: refused(/^DatabaseError: 390100 .*Incorrect username or password/),
    otherKey: refused(/^DatabaseError: 390144 .*JWT token is invalid/),
    wrongToken: refused(/^DatabaseError: 394400 .*Programmatic access token is invalid/),
  },
};

/** One protocol, whose headers have two names. */
function askTrino(dialect: 'Trino' | 'Presto', own: Pick<SdkCase, 'sdk' | 'ask' | 'kinds' | 'outcomes'>): SdkCase {
  return {
    ...own,
    async start() {
      const users = [{ name: 'loader', password: 'loader-password-ü1', reads: [] }];
      const fake = await startFakeTrino({ dialect, users, catalog: 'lake', tables: [], tls: true });
      const place = { host: 'localhost', port: fake.port, ca: authorityFile(), user: 'loader' };
      return {
        close: fake.close,
        logins: { password: { ...place, password: 'loader-password-ü1' }, wrongPassword: { ...place, password: 'another' } },
      };
    },
  };
}

const trino = askTrino('Trino', {
  sdk: 'trino',
  ask: 'trino',
  kinds: ['starburst-galaxy', 'starburst-enterprise'],
  outcomes: { password: { who: '1' }, wrongPassword: refused(/^HttpError: error 401/) },
});

const presto = askTrino('Presto', {
  sdk: 'presto-python-client',
  ask: 'presto',
  kinds: ['presto'],
  outcomes: { password: { who: 1 }, wrongPassword: refused(/^HttpError: error 401/) },
});

const bigquery: SdkCase = {
  sdk: 'google-cloud-bigquery',
  ask: 'bigquery',
  kinds: ['bigquery'],
  async start() {
    const account = createAccount('loader', ['bigquery.datasets.get']);
    const stranger = createAccount('loader', []);
    const fake = await startFakeGoogle([account], [fakeBigquery({ sales: ['orders'] })]);
    const place = { url: fake.url, project: PROJECT };
    return {
      close: fake.close,
      logins: {
        key: { ...place, key: account.file },
        otherKey: { ...place, key: { ...account.file, private_key: stranger.file.private_key } },
        otherProject: { ...place, project: 'puddle', key: account.file },
      },
    };
  },
  outcomes: {
    key: { who: ['sales'] },
    otherKey: refused(/^RefreshError: \('invalid_grant: Invalid JWT Signature/),
    otherProject: refused(/^NotFound: 404 GET /),
  },
};

const databricks: SdkCase = {
  sdk: 'databricks-sdk',
  ask: 'databricks',
  kinds: ['databricks-sql-warehouse', 'databricks-metastore-sql-warehouse'],
  async start() {
    const id = '6f1c1c9a-0000-4000-8000-000000000001';
    const fake = await startFakeDatabricks(
      [
        { name: 'ada@example.com', token: 'dapi-token' },
        { name: id, secret: 'dose' },
      ],
      [],
    );
    const place = { host: fake.url, warehouse: WAREHOUSE };
    return {
      close: fake.close,
      logins: {
        token: { ...place, token: 'dapi-token' },
        application: { ...place, client_id: id, client_secret: 'dose' },
        wrongToken: { ...place, token: 'another' },
        wrongSecret: { ...place, client_id: id, client_secret: 'another' },
        noWarehouse: { ...place, warehouse: 'nowhere', token: 'dapi-token' },
      },
    };
  },
  outcomes: {
    token: { who: ['ada@example.com', 'RUNNING'] },
    application: { who: ['6f1c1c9a-0000-4000-8000-000000000001', 'RUNNING'] },
    wrongToken: refused(/^PermissionDenied: Invalid access token/),
    wrongSecret: refused(/invalid_client/),
    noWarehouse: refused(/^(ResourceDoesNotExist|NotFound): SQL warehouse not found/),
  },
};

/** The vendor's own client speaks to Dremio Cloud alone, whose requests differ from those to a coordinator by their path. */
const dremio: SdkCase = {
  sdk: 'dremio-cli',
  ask: 'dremio',
  kinds: ['dremio'],
  async start() {
    const users = [{ name: 'ada', token: 'token-of-ada', reads: [] }];
    const fake = await startFakeDremio({ users, tables: ['lake.sales/orders'], projects: ['p-1'] });
    const login = { url: fake.url, project: 'p-1', token: 'token-of-ada', sql: 'SELECT USER AS "user"' };
    return {
      close: fake.close,
      logins: {
        token: login,
        wrongToken: { ...login, token: 'another' },
        noProject: { ...login, project: 'p-2' },
        mayNotRead: { ...login, sql: 'SELECT * FROM "lake.sales"."orders" LIMIT 0' },
      },
    };
  },
  outcomes: {
    token: { who: [{ user: 'ada' }] },
    wrongToken: refused(/^DremioAPIError: .*Unable to authenticate user/),
    noProject: refused(/^DremioAPIError: .*HTTP 404 Not Found/),
    mayNotRead: refused(/^PermissionError: PERMISSION ERROR: Access denied/),
  },
};

export const databases: readonly SdkCase[] = [snowflake, trino, presto, bigquery, databricks, dremio];
