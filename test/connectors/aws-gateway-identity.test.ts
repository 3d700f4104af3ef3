import { afterAll, expect, test } from 'vitest';
import type { AwsSignIn, GrantedAws } from '../../src/domain/aws/gateway-aws.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { createTestPool, runAsGateway } from '../support/connectors/validate.ts';
import { startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import { CLUSTER, createLake, endpointsAt, LAKE_ACTIONS } from '../support/fakes/aws/lake.ts';
import { arnOf, keyOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';

const READER = arnOf('role', 'service/reader');
const OPEN = arnOf('role', 'open');
const UNTRUSTING = arnOf('role', 'untrusting');
const GATEWAY = arnOf('role', 'gateway');
const gatewayUser = { ...userOf('gateway', ['sts:AssumeRole']), arn: arnOf('user', 'gateway') };
const trusts = [gatewayUser.arn, GATEWAY];
const EXTERNAL_ID = 'changeover-of-this-project';

const aws = await startFakeAws({
  users: [gatewayUser],
  roles: [
    { arn: READER, trusts, externalId: EXTERNAL_ID, allow: LAKE_ACTIONS },
    { arn: OPEN, trusts, externalId: null, allow: LAKE_ACTIONS },
    { arn: UNTRUSTING, trusts: [], externalId: EXTERNAL_ID, allow: LAKE_ACTIONS },
    { arn: GATEWAY, trusts: [], externalId: null, allow: ['sts:AssumeRole'], tokens: ['good.token', 'expired.token'] },
  ],
  ...createLake(),
});
const pool = createTestPool();
afterAll(async () => {
  aws.close();
  await pool.close();
});

const endpoints = endpointsAt(aws.url);
const byKey: AwsSignIn = { by: 'key', key: keyOf('gateway') };
const byToken = (token: string): AwsSignIn => ({ by: 'web-identity', roleArn: GATEWAY, token });
const granted = (signIn: AwsSignIn, rest: Partial<GrantedAws> = {}): GrantedAws => ({
  signIn,
  endpoints,
  externalId: EXTERNAL_ID,
  roles: [READER],
  sessionName: 'changeover-p',
  ...rest,
});
/** What the lead API's clients give: a role, and nothing that signs. */
const KINDS: Readonly<Record<string, Details>> = {
  glue: { assumableRole: READER, awsRegion: REGION },
  athena: { assumableRole: READER, awsRegion: REGION },
  s3: { assumableRole: READER, bucket: 'lake', prefix: 'events/' },
  'msk-kafka-connect': { iamRoleArn: READER, clusterArn: CLUSTER },
};
const run = (kind: string, validator: string, gatewayAws: GrantedAws | null, changed: Details = {}) =>
  runAsGateway(pool, { kind, validator, details: { ...KINDS[kind], ...changed }, gatewayAws });
const problems = async (gatewayAws: GrantedAws | null, changed: Details = {}) =>
  (await run('glue', 'validate_connection', gatewayAws, changed)).errors.map(({ code, cause }) => `${code}: ${cause}`);

test.each(Object.keys(KINDS))('%s of a role alone is checked as the role, by a key and by a token of the gateway', async (kind) => {
  const outcomes: Record<string, unknown> = {};
  for (const signIn of [byKey, byToken('good.token')])
    for (const validator of ['validate_connection', 'validate_identity', 'validate_permissions']) {
      const { errors, warnings } = await run(kind, validator, granted(signIn));
      outcomes[`${validator} by ${signIn.by}`] = [...errors, ...warnings];
    }
  expect(outcomes).toEqual(Object.fromEntries(Object.keys(outcomes).map((name) => [name, []])));
});

test("AWS's own log calls the session by the project", async () => {
  const { data } = await run('glue', 'validate_identity', granted(byToken('good.token')));
  expect(data?.returnedData).toEqual({ account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/reader/changeover-p' });
});

test('without a grant nothing is asked of AWS, and with one of another role neither', async () => {
  aws.asked.length = 0;
  expect({
    none: await problems(null),
    other: await problems(granted(byKey, { roles: [OPEN] })),
    longer: await problems(granted(byKey, { roles: [`${READER}-2`] })),
    asked: aws.asked,
  }).toEqual({
    none: ['AWS_ROLE_NOT_GRANTED: the role is not granted to the project'],
    other: ['AWS_ROLE_NOT_GRANTED: the role is not granted to the project'],
    longer: ['AWS_ROLE_NOT_GRANTED: the role is not granted to the project'],
    asked: [],
  });
});

test('what AWS refuses is told apart: the gateway itself, and the role that it assumes', async () => {
  expect({
    expired: await problems(granted(byToken('expired.token'))),
    unknown: await problems(granted(byToken('a.token.of.somebody'))),
    wrongKey: await problems(granted({ by: 'key', key: { ...keyOf('gateway'), secretAccessKey: 'another' } })),
    noKey: await problems(granted({ by: 'key', key: keyOf('nobody') })),
    otherId: await problems(granted(byKey, { externalId: 'changeover-of-another' })),
    untrusting: await problems(granted(byKey, { roles: [UNTRUSTING] }), { assumableRole: UNTRUSTING }),
  }).toEqual({
    expired: ['AWS_IDENTITY_REFUSED: AWS answered sts:AssumeRoleWithWebIdentity with ExpiredTokenException'],
    unknown: ['AWS_IDENTITY_REFUSED: AWS answered sts:AssumeRoleWithWebIdentity with AccessDenied'],
    wrongKey: ['AWS_IDENTITY_REFUSED: AWS answered sts:AssumeRole with SignatureDoesNotMatch'],
    noKey: ['AWS_IDENTITY_REFUSED: AWS answered sts:AssumeRole with InvalidClientTokenId'],
    otherId: ['ACCESS_DENIED: AWS answered sts:AssumeRole with AccessDenied'],
    untrusting: ['ACCESS_DENIED: AWS answered sts:AssumeRole with AccessDenied'],
  });
});

test('the external id that a caller gives is not said: the project has its own', async () => {
  expect(await problems(granted(byKey), { externalId: 'of-whoever-asks' })).toEqual([]);
});

test('a role that lets the gateway in without the external id is warned of', async () => {
  const { warnings } = await run('glue', 'validate_identity', granted(byKey, { roles: [OPEN] }), { assumableRole: OPEN });
  expect(warnings.map(({ code, cause }) => [code, cause])).toEqual([['NOT_PROTECTED', 'the role was assumed without the external id']]);
});

test('a login in use whose role the gateway assumes is compared with, where that is granted', async () => {
  const current = KINDS.glue ?? {};
  const given = { kind: 'glue', validator: 'validate_permission_parity', current };
  const details = { assumableRole: OPEN, awsRegion: REGION };
  const both = await runAsGateway(pool, { ...given, details, gatewayAws: granted(byKey, { roles: [OPEN, READER] }) });
  expect({ status: both.status, errors: both.errors }).toEqual({ status: 'passed', errors: [] });
});

test('neither the key nor the token of the gateway is in what a run says', async () => {
  const told = JSON.stringify([
    await run('glue', 'validate_identity', granted(byKey)),
    await run('glue', 'validate_connection', granted({ by: 'key', key: { ...keyOf('gateway'), accessKeyId: 'AKIAOTHER' } })),
    await run('glue', 'validate_identity', granted(byToken('good.token'))),
    await run('glue', 'validate_connection', granted(byToken('expired.token'))),
  ]);
  expect([keyOf('gateway').secretAccessKey, 'good.token', 'expired.token'].filter((secret) => told.includes(secret))).toEqual([]);
});
