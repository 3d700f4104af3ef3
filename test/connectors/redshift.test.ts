import { createServer } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { readTarget } from '../../src/connectors/redshift/fields.ts';
import type { GrantedAws } from '../../src/domain/aws/gateway-aws.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runAsGateway, runValidator } from '../support/connectors/validate.ts';
import { AwsRefusal, startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import { arnOf, keyOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';
import { startFakeRedshiftServerless } from '../support/fakes/fake-redshift-serverless.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';

/** Redshift speaks PostgreSQL's protocol and has its catalogue, of version 8.0; what we ask of it runs on a PostgreSQL of today too. */
const server = await startPostgres();
await server.createDatabase('target');
await server.query(
  `create role loader login createdb password 'loader-password-1'; create role loader2 login password 'loader-password-2'; create role outsider login password 'outsider-password';
   create role "IAMR:reader" login password 'temporary-password'`,
);
await server.query(
  `create schema "Sales ""EU"""; create table "Sales ""EU"""."orders; drop" (id int); create table "Sales ""EU""".lines (id int); create table public.plain (id int);
   create table public.other (id int);
   grant usage on schema "Sales ""EU""" to loader; grant select on all tables in schema "Sales ""EU""" to loader; grant select, insert on public.plain to loader;
   grant temporary on database target to loader; revoke temporary on database target from public;
   grant select on public.plain to loader2, "IAMR:reader"`,
  'target',
);
const ACCESS_KEY = { accessKeyId: 'AKIAOFTHETESTS', secretAccessKey: 'a secret/access+key of the tests' };
const aws = await startFakeRedshiftServerless(ACCESS_KEY, {
  workgroup: 'analytics',
  database: 'target',
  answer: { dbUser: 'IAMR:reader', dbPassword: 'temporary-password' },
});
afterAll(async () => {
  aws.close();
  await server.close();
});

const place = { host: '127.0.0.1', port: server.port, database: 'target' };
const details = { ...place, user: 'loader', password: 'loader-password-1' };
const READER = arnOf('role', 'reader');
const byRole = { ...place, password: undefined, user: undefined, assumableRole: READER, region: REGION, workgroup: 'analytics' };
const serverless = { ...place, ...ACCESS_KEY, region: 'eu-west-1', workgroup: 'analytics', apiEndpoint: aws.url };

describeConnector('redshift', {
  good: () => details,
  at: (host, port) => ({ ...details, host, port, region: 'eu-central-1' }),
  withSecret: (canary) => ({ ...details, password: canary }),
});

describe('redshift', () => {
  const pool = createTestPool();
  afterAll(() => pool.close());
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'redshift', validator, given, current);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code }) => code);

  test('what the user in use may do and the new one may not is listed with grants that mend it, hostile names included (#90)', async () => {
    const candidate = { ...details, user: 'loader2', password: 'loader-password-2' };
    const before = await run('validate_permission_parity', candidate, { user: 'loader' });
    const grants = before.errors.map(({ resolution }) => resolution.replace('Run: ', ''));
    expect(grants).toEqual([
      'ALTER USER "loader2" CREATEDB;',
      'GRANT TEMPORARY ON DATABASE "target" TO "loader2";',
      'GRANT USAGE ON SCHEMA "Sales ""EU""" TO "loader2";',
      'GRANT SELECT ON ALL TABLES IN SCHEMA "Sales ""EU""" TO "loader2";',
      'GRANT INSERT ON TABLE "public".plain TO "loader2";',
    ]);
    await server.query(grants.join('\n'), 'target');
    const after = await run('validate_permission_parity', candidate, { user: 'loader' });
    expect({ before: before.status, after: after.status }).toEqual({ before: 'failed', after: 'passed' });
  });

  test('a workgroup makes the login of an access key, and a wrong key is CREDENTIALS_REJECTED without a trace of it (#38)', async () => {
    const identity = await run('validate_identity', serverless);
    const wrong = await run('validate_connection', { ...serverless, secretAccessKey: 'a wrong secret of somebody' });
    expect({
      identity: identity.errors,
      own: identity.data?.returnedData,
      wrong: wrong.errors.map(({ code }) => code),
      isShown: JSON.stringify(wrong).includes('wrong secret'),
    }).toEqual({
      identity: [],
      own: expect.objectContaining({ user: 'IAMR:reader', database: 'target' }),
      wrong: ['CREDENTIALS_REJECTED'],
      isShown: false,
    });
  });

  test("a role alone is assumed by the gateway's identity, and the workgroup makes its login", async () => {
    const user = userOf('gateway', ['sts:AssumeRole']);
    const account = await startFakeAws({
      users: [user],
      roles: [{ arn: READER, trusts: [user.arn], externalId: 'ours', allow: ['redshift-serverless:GetCredentials'] }],
      region: REGION,
      services: {
        'redshift-serverless': ({ action, body }, may) => {
          may(`redshift-serverless:${action}`);
          const { workgroupName } = JSON.parse(body) as { readonly workgroupName: string };
          if (workgroupName !== 'analytics') throw new AwsRefusal('ResourceNotFoundException');
          return { status: 200, body: { dbUser: 'IAMR:reader', dbPassword: 'temporary-password' } };
        },
      },
    });
    const granted: GrantedAws = {
      signIn: { by: 'key', key: keyOf('gateway') },
      endpoints: { sts: account.url, 'redshift-serverless': account.url },
      externalId: 'ours',
      roles: [READER],
      sessionName: 'changeover-p',
    };
    const as = (given: Details, gatewayAws: GrantedAws | null) =>
      runAsGateway(pool, { kind: 'redshift', validator: 'validate_identity', details: given, gatewayAws });
    const outcome = await as(byRole, granted);
    const nowhere = await as({ ...byRole, workgroup: 'nowhere' }, granted);
    const without = await as(byRole, null);
    account.close();
    expect({
      errors: outcome.errors,
      user: outcome.data?.returnedData,
      asked: account.asked,
      nowhere: nowhere.errors.map(({ code }) => code),
      without: without.errors.map(({ code }) => code),
    }).toEqual({
      errors: [],
      user: expect.objectContaining({ user: 'IAMR:reader' }),
      asked: ['sts:AssumeRole', 'redshift-serverless:GetCredentials', 'sts:AssumeRole', 'redshift-serverless:GetCredentials'],
      nowhere: ['DATABASE_NOT_FOUND'],
      without: ['AWS_ROLE_NOT_GRANTED'],
    });
  });

  test('a workgroup that is not there, an answer that is none, and an address that may not be asked are told apart', async () => {
    expect({
      missing: await codes({ ...serverless, workgroup: 'nowhere' }),
      noAws: await codes({ ...serverless, apiEndpoint: `http://127.0.0.1:${server.port}` }),
      denied: await codes({ ...serverless, apiEndpoint: 'https://169.254.169.254' }),
    }).toEqual({ missing: ['DATABASE_NOT_FOUND'], noAws: ['UNREACHABLE'], denied: ['EGRESS_DENIED'] });
  });

  test.each([
    ['CREDENTIALS_REJECTED', 'auth_failed'],
    ['ACCESS_DENIED', 'ClientAuthentication'],
  ])('%s is what 28000 means when %s refuses, as Redshift answers', async (code, routine) => {
    const fields = ['SFATAL', 'C28000', 'Mrefused', `R${routine}`].map((field) => `${field}\0`).join('');
    const refusing = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(`E${lengthOf(fields)}${fields}\0`, 'latin1'));
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const address = refusing.address();
    const answer = await codes({
      ...details,
      port: typeof address === 'object' && address !== null ? address.port : 0,
      ssl: { disabled: true },
    });
    refusing.close();
    expect(answer).toEqual([code]);
  });

  test.each([
    ['neither password nor key', { password: undefined }, 'password'],
    ['both', ACCESS_KEY, 'password'],
    ['half a key', { password: undefined, accessKeyId: 'AKIA' }, 'secretAccessKey'],
    ['a password and a role', { assumableRole: READER }, 'password'],
    ['a role alone without a region', { password: undefined, assumableRole: READER }, 'region'],
    ['a role alone at an API of its own', { ...byRole, apiEndpoint: 'https://redshift.test' }, 'apiEndpoint'],
    ['a role alone at an STS of its own', { ...byRole, stsEndpoint: 'https://sts.test' }, 'stsEndpoint'],
    ["a role alone at a server that is not AWS's", { ...byRole, host: 'db.example.com' }, 'host'],
    [
      "a role alone at a server whose name ends like AWS's",
      { ...byRole, host: 'lake.abc.eu-west-1.redshift.amazonaws.com.example.com' },
      'host',
    ],
    [
      'an external id without a role',
      { ...ACCESS_KEY, password: undefined, region: 'eu-west-1', clusterIdentifier: 'c', externalId: 'x' },
      'externalId',
    ],
    ['a key without a region', { ...ACCESS_KEY, password: undefined }, 'region'],
    ['a key without a cluster', { ...ACCESS_KEY, password: undefined, region: 'eu-west-1' }, 'clusterIdentifier'],
    ['no user', { user: undefined }, 'user'],
  ])('%s is refused by the name of a field', async (_, changed, path) => {
    await expect(run('validate_connection', { ...details, ...changed })).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { path } });
  });
});

/** Length of a message of PostgreSQL's protocol, itself and the closing byte included. */
function lengthOf(fields: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(4 + fields.length + 1);
  return bytes.toString('latin1');
}

test.each([
  ['lake.abc123.eu-west-1.redshift.amazonaws.com', { region: 'eu-west-1', cluster: 'lake', workgroup: null }],
  ['lake.abc123.cn-north-1.redshift.amazonaws.com.cn', { region: 'cn-north-1', cluster: 'lake', workgroup: null }],
  ['wg.123456789012.us-east-2.redshift-serverless.amazonaws.com', { region: 'us-east-2', cluster: null, workgroup: 'wg' }],
  ['10.0.0.7', { region: null, cluster: null, workgroup: null }],
])('%s says what AWS calls the place', (host, target) => {
  expect(readTarget({ host })).toEqual(target);
});
