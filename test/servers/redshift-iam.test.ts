import { createServer, request as sendRequest } from 'node:http';
import { afterAll, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startPostgres } from '../support/servers/embedded-postgres.ts';
import { REGION, startMoto } from '../support/servers/moto.ts';

const ROLE = 'arn:aws:iam::123456789012:role/reader';
const policy = (...actions: readonly string[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] });

const moto = await startMoto();
const server = await startPostgres();
const front = await startFront();
const pool = createTestPool();
afterAll(async () => {
  await pool.close();
  front.close();
  await moto.close();
  await server.close();
});

await server.createDatabase('target');
await server.query(`create role "IAM:loader" login`);
await moto.call('redshift', {
  Action: 'CreateCluster',
  Version: '2012-12-01',
  ClusterIdentifier: 'lake',
  NodeType: 'ra3.large',
  MasterUsername: 'admin',
  MasterUserPassword: 'Admin-password-1',
});
await moto.call('iam', {
  Action: 'CreateRole',
  Version: '2010-05-08',
  RoleName: 'reader',
  AssumeRolePolicyDocument: policy('sts:AssumeRole'),
});
await moto.call('iam', {
  Action: 'PutRolePolicy',
  Version: '2010-05-08',
  RoleName: 'reader',
  PolicyName: 'own',
  PolicyDocument: policy('redshift:GetClusterCredentials'),
});
const direct = await createKey('direct', policy('redshift:GetClusterCredentials'));
const assuming = await createKey('assuming', policy('sts:AssumeRole'));
const nobody = await createKey('nobody', policy('s3:ListAllMyBuckets'));
await moto.enforce();

const place = { host: '127.0.0.1', port: server.port, database: 'target', user: 'loader', region: REGION, clusterIdentifier: 'lake' };
const endpoints = { apiEndpoint: front.url, stsEndpoint: front.url };
const run = (validator: string, changed: Details) => runValidator(pool, 'redshift', validator, { ...place, ...endpoints, ...changed });
const codes = async (changed: Details) => (await run('validate_connection', changed)).errors.map(({ code, cause }) => [code, cause]);

test('an access key is exchanged for a password of a quarter of an hour, which logs in', async () => {
  const { errors, data } = await run('validate_identity', direct);
  expect({ errors, returnedData: data?.returnedData }).toEqual({
    errors: [],
    returnedData: expect.objectContaining({ user: 'IAM:loader', database: 'target' }),
  });
});

test('a role is assumed first, with its external id', async () => {
  front.forms.length = 0;
  const { errors } = await run('validate_connection', { ...assuming, assumableRole: ROLE, externalId: 'ours' });
  expect({ errors, shown: front.forms.map((form) => [form.get('Action'), form.get('ExternalId'), form.get('AutoCreate')]) }).toEqual({
    errors: [],
    shown: [
      ['AssumeRole', 'ours', null],
      ['GetClusterCredentials', null, 'false'],
    ],
  });
});

test('what AWS refuses has a code of its own, and names the action that a policy has to allow', async () => {
  expect({
    wrongSecret: await codes({ ...direct, secretAccessKey: 'somebody-elses-secret' }),
    unknownKey: await codes({ ...direct, accessKeyId: 'AKIAUNKNOWN' }),
    mayNotAssume: await codes({ ...nobody, assumableRole: ROLE }),
    mayNotAsk: await codes(nobody),
    noCluster: await codes({ ...direct, clusterIdentifier: 'nowhere' }),
  }).toEqual({
    wrongSecret: [['CREDENTIALS_REJECTED', 'AWS did not accept the signature of redshift:GetClusterCredentials']],
    unknownKey: [['CREDENTIALS_REJECTED', 'AWS did not accept the signature of redshift:GetClusterCredentials']],
    mayNotAssume: [['ACCESS_DENIED', 'AWS denied sts:AssumeRole']],
    mayNotAsk: [['ACCESS_DENIED', 'AWS denied redshift:GetClusterCredentials']],
    noCluster: [['DATABASE_NOT_FOUND', 'AWS answered redshift:GetClusterCredentials with not found']],
  });
});

test('neither the secret key nor the password that AWS made is in what is said of them', async () => {
  const outcomes = [await run('validate_connection', direct), await run('validate_connection', { ...direct, user: 'nobody' })];
  const secrets = [direct.secretAccessKey, ...front.passwords];
  expect({ isAsked: front.passwords.length > 0, shown: secrets.filter((secret) => JSON.stringify(outcomes).includes(secret)) }).toEqual({
    isAsked: true,
    shown: [],
  });
});

async function createKey(name: string, document: string): Promise<{ readonly accessKeyId: string; readonly secretAccessKey: string }> {
  await moto.call('iam', { Action: 'CreateUser', Version: '2010-05-08', UserName: name });
  await moto.call('iam', { Action: 'PutUserPolicy', Version: '2010-05-08', UserName: name, PolicyName: 'own', PolicyDocument: document });
  const xml = await moto.call('iam', { Action: 'CreateAccessKey', Version: '2010-05-08', UserName: name });
  const read = (element: string) => new RegExp(`<${element}>([^<]+)<`).exec(xml)?.[1] ?? '';
  return { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey') };
}

/** Passes requests on to moto as they were signed, and has the database take each password that it makes: a real cluster learns them from AWS. */
async function startFront() {
  const forms: URLSearchParams[] = [];
  const passwords: string[] = [];
  const proxy = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      forms.push(new URLSearchParams(body));
      void pass(body, request.headers as Record<string, string>).then(({ status, text }) =>
        response.writeHead(status, { 'content-type': 'text/xml' }).end(text),
      );
    });
  });
  const pass = async (body: string, { connection: _hop, 'content-length': _length, ...headers }: Record<string, string>) => {
    const { status, text } = await new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const onward = sendRequest(`${moto.url}/`, { method: 'POST', headers }, (reply) => {
        const parts: Buffer[] = [];
        reply.on('data', (chunk: Buffer) => parts.push(chunk));
        reply.on('end', () => resolve({ status: reply.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }));
      });
      onward.on('error', reject);
      onward.end(body);
    });
    const password = /<DbPassword>([^<]+)</.exec(text)?.[1];
    if (password !== undefined) {
      passwords.push(password);
      await server.query(`alter role "IAM:loader" password '${password}'`);
    }
    return { status, text };
  };
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, forms, passwords, close: () => proxy.close() };
}
