import { AwsClient } from 'aws4fetch';
import { afterAll, expect, test } from 'vitest';
import type { GrantedAws } from '../../src/domain/aws/gateway-aws.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { createTestPool, runAsGateway, runValidator } from '../support/connectors/validate.ts';
import { REGION, startMoto } from '../support/servers/moto.ts';

/** What AWS's own models answer to the requests of these kinds; the fakes of test/connectors refuse, which moto does in part only. */
const moto = await startMoto();
const pool = createTestPool();
afterAll(async () => {
  await pool.close();
  await moto.close();
});

const ROLE = 'arn:aws:iam::123456789012:role/reader';
const admin = { accessKeyId: 'admin', secretAccessKey: 'admin', region: REGION };
const json = async (service: string, target: string, body: object) => {
  const client = new AwsClient({ ...admin, service });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const reply = await client.fetch(moto.url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${target}: ${reply.status} ${await reply.text()}`);
};
const put = async (path: string, body: string) => {
  const reply = await new AwsClient({ ...admin, service: 's3' }).fetch(`${moto.url}${path}`, { method: 'PUT', body });
  if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
};

await json('glue', 'AWSGlue.CreateDatabase', { DatabaseInput: { Name: 'sales' } });
await json('glue', 'AWSGlue.CreateTable', { DatabaseName: 'sales', TableInput: { Name: 'orders' } });
await put(
  '/lake',
  `<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><LocationConstraint>${REGION}</LocationConstraint></CreateBucketConfiguration>`,
);
await put('/lake/events/1%20%28a%29.json', '{"a":1}');
await moto.call('iam', {
  Action: 'CreateRole',
  Version: '2010-05-08',
  RoleName: 'reader',
  AssumeRolePolicyDocument: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: '*' }],
  }),
});
await moto.call('iam', {
  Action: 'PutRolePolicy',
  Version: '2010-05-08',
  RoleName: 'reader',
  PolicyName: 'own',
  PolicyDocument: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['glue:*', 's3:*', 'athena:*'], Resource: '*' }],
  }),
});
await moto.call('iam', { Action: 'CreateUser', Version: '2010-05-08', UserName: 'loader' });
await moto.call('iam', {
  Action: 'PutUserPolicy',
  Version: '2010-05-08',
  UserName: 'loader',
  PolicyName: 'own',
  PolicyDocument: JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['sts:*', 'glue:*', 's3:*', 'athena:*'], Resource: '*' }],
  }),
});
const xml = await moto.call('iam', { Action: 'CreateAccessKey', Version: '2010-05-08', UserName: 'loader' });
const read = (element: string) => new RegExp(`<${element}>([^<]+)<`).exec(xml)?.[1] ?? '';
const key = { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey') };
await moto.enforce();

const endpoint = moto.url;
const glue = { ...key, awsRegion: REGION, glueEndpoint: endpoint, stsEndpoint: endpoint };
// Once it asks for signatures, moto does not tell those who have none where a bucket is, as S3 does.
const s3 = { ...key, awsRegion: REGION, bucket: 'lake', prefix: 'events/', s3Endpoint: endpoint, stsEndpoint: endpoint };
const athena = { ...key, awsRegion: REGION, athenaEndpoint: endpoint, stsEndpoint: endpoint };
const run = (kind: string, validator: string, given: Details) => runValidator(pool, kind, validator, given);

test.each([
  ['glue', 'validate_connection', glue],
  ['glue', 'validate_identity', glue],
  ['glue', 'validate_permissions', glue],
  ['s3', 'validate_connection', s3],
  ['s3', 'validate_permissions', s3],
  ['athena', 'validate_connection', athena],
])('%s passes %s', async (kind, validator, given) => {
  expect((await run(kind, validator, given)).errors).toEqual([]);
});

test.each([
  ['glue', glue],
  ['s3', s3],
  ['athena', athena],
])('%s refuses a wrong secret, and a key that nobody has', async (kind, given) => {
  const codes = async (changed: Details) =>
    (await run(kind, 'validate_connection', { ...given, ...changed })).errors.map(({ code }) => code);
  expect({ wrong: await codes({ secretAccessKey: 'wrong' }), unknown: await codes({ accessKeyId: 'AKIAUNKNOWN' }) }).toEqual({
    wrong: ['CREDENTIALS_REJECTED'],
    unknown: ['CREDENTIALS_REJECTED'],
  });
});

test.each([
  ['glue', { awsRegion: REGION }],
  ['s3', { awsRegion: REGION, bucket: 'lake', prefix: 'events/' }],
  ['athena', { awsRegion: REGION }],
  ['posit-aws', { authType: 'Service Account', roleArn: ROLE, otherKeys: JSON.stringify({ region: REGION }) }],
])("%s of a role alone is signed by the gateway's own identity, which assumes it", async (kind, given) => {
  const gatewayAws: GrantedAws = {
    signIn: { by: 'key', key },
    endpoints: { sts: endpoint, glue: endpoint, s3: endpoint, athena: endpoint },
    externalId: 'changeover-of-this-project',
    roles: [ROLE],
    sessionName: 'changeover-p',
  };
  const details = kind === 'posit-aws' ? given : { ...given, assumableRole: ROLE };
  const as = (granted: GrantedAws | null) => runAsGateway(pool, { kind, validator: 'validate_connection', details, gatewayAws: granted });
  expect([(await as(gatewayAws)).errors, (await as(null)).errors.map(({ code }) => code)]).toEqual([[], ['AWS_ROLE_NOT_GRANTED']]);
});

test('a table of the catalogue, and an object by its key, were read', async () => {
  const catalogue = await run('glue', 'validate_permissions', glue);
  const nowhere = await run('s3', 'validate_connection', { ...s3, bucket: 'nowhere' });
  expect({ tables: catalogue.data?.tablesValidated, nowhere: nowhere.errors.map(({ code }) => code) }).toEqual({
    tables: ['sales.orders'],
    nowhere: ['DATABASE_NOT_FOUND'],
  });
});
