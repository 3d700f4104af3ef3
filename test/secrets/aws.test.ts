import { afterAll, beforeEach, expect, test } from 'vitest';
import { type AwsSignIn, AwsSignInError, type GatewayAws } from '../../src/domain/aws/gateway-aws.ts';
import { createAwsProvider } from '../../src/secrets/aws/index.ts';
import { describeSecretProvider } from '../contracts/secret-provider.ts';
import { startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import {
  arnOfSecret,
  type FakeAwsSecret,
  fakeSecretsManager,
  SECRET_ROOT,
  versionIdOf,
} from '../support/fakes/aws/fake-secrets-manager.ts';
import { arnOf, keyOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';
import { startJsonServer } from '../support/fakes/json-server.ts';
import { createManagerBench, secretOf } from '../support/secrets/manager-bench.ts';

const READ = 'secretsmanager:GetSecretValue';
const ROLE = 'arn:aws:iam::123456789012:role/gateway';
const session = { ...userOf('session', [READ]), sessionToken: 'a session token' };
const secrets = new Map<string, FakeAwsSecret>();
const state = { isBusy: false };
const aws = await startFakeAws({
  users: [userOf('reader', [READ]), userOf('stranger', []), session],
  region: REGION,
  services: { secretsmanager: fakeSecretsManager(secrets, state) },
});
/** STS for web identities, whose requests nobody signs. */
const sts = await startJsonServer(({ method, headers, body }) => {
  const form = new URLSearchParams(body);
  if (method !== 'POST' || headers.authorization !== undefined || form.get('Action') !== 'AssumeRoleWithWebIdentity')
    return { status: 400, body: '<ErrorResponse><Error><Code>InvalidAction</Code></Error></ErrorResponse>' };
  if (form.get('RoleArn') !== ROLE || form.get('WebIdentityToken') !== 'a.web.token' || form.get('Version') !== '2011-06-15')
    return { status: 400, body: '<ErrorResponse><Error><Code>InvalidIdentityToken</Code></Error></ErrorResponse>' };
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  return {
    status: 200,
    body: `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken></Credentials>`,
  };
});
const { ask, close } = createManagerBench();
afterAll(async () => {
  aws.close();
  sts.close();
  await close();
});
beforeEach(() => {
  state.isBusy = false;
});

const gateway = (read: GatewayAws['read'], principal: string | null = null): GatewayAws => ({
  principal,
  endpoints: { secretsmanager: aws.url, sts: sts.url },
  read,
});
const withKey = (name: string) => gateway(async () => ({ by: 'key', key: keyOf(name) }));
const provider = createAwsProvider(withKey('reader'), ask);
const read = (path: string, from = provider) => secretOf(from, path, SECRET_ROOT, `${REGION}/`);

describeSecretProvider('aws', {
  provider,
  store(name, content) {
    secrets.set(`sales/${name}`, { versions: [content] });
    return `${REGION}/sales/${name}`;
  },
  prefixes: [`${REGION}/sales/`, `${SECRET_ROOT}sales/`, 'us-east-1/'],
  noPrefixes: [
    '',
    'arn:',
    'arn:aws:secretsmanager:*',
    'arn:aws:secretsmanager:eu-west-1:*:secret:',
    'arn:aws:s3:::sales',
    'sales/',
    'eu-west-1',
    `${REGION}/a?stage=x`,
  ],
  noPaths: [
    '',
    'sales',
    `${REGION}/`,
    SECRET_ROOT,
    `${SECRET_ROOT}sales`,
    'arn:aws:ssm:eu-west-1:123456789012:parameter/sales',
    `${REGION}/sales?stage=`,
    `${REGION}/sales?stage=a&version=b`,
    `${REGION}/sales?region=us-east-1`,
    `${REGION}/sales?`,
    `${REGION}/sales?role=`,
    `${REGION}/sales?role=reader`,
    `${REGION}/sales&role=${ROLE}`,
    `${REGION}/sales?role=${ROLE}&stage=a`,
    `${REGION}/sales?&role=${ROLE}`,
    `${REGION}/sales\n`,
    'eu-west-1.evil.example.com/sales',
  ],
});

test('a secret is had by its whole ARN or by its name, with a stage or a version, and as the bytes that it has', async () => {
  secrets.set('db', { versions: ['first', 'second', 'third'] });
  secrets.set('bytes', { versions: [Buffer.from('binary')] });
  expect({
    arn: await read(arnOfSecret('db')),
    name: await read(`${REGION}/db`),
    previous: await read(`${arnOfSecret('db')}?stage=AWSPREVIOUS`),
    version: await read(`${REGION}/db?version=${versionIdOf(0)}`),
    noStage: await read(`${REGION}/db?stage=AWSPENDING`),
    bytes: await read(`${REGION}/bytes`),
  }).toEqual({ arn: 'third', name: 'third', previous: 'second', version: 'first', noStage: 'missing', bytes: 'binary' });
});

test('a part of an ARN, which AWS would take, names nothing: a secret has one ARN', async () => {
  secrets.set('part-of-an', { versions: ['x'] });
  secrets.set('part-of-an-abcdef', { versions: ['y'] });
  expect(await read(`${SECRET_ROOT}part-of-an-abcdef`)).toBe('missing: AWS has it under another ARN');
});

test('each way in which a secret is not had has a failure of its own', async () => {
  secrets.set('db', { versions: ['x'] });
  secrets.set('deleted', { versions: ['x'], state: 'deleted' });
  secrets.set('locked', { versions: ['x'], state: 'locked' });
  const broken = async (): Promise<AwsSignIn> => {
    throw new AwsSignInError('The file /run/operator/key is CNRY0123456789abcdef.');
  };
  const failures: Record<string, string> = {
    missing: await read(`${REGION}/none`),
    deleted: await read(`${REGION}/deleted`),
    locked: await read(`${REGION}/locked`),
    denied: await read(`${REGION}/db`, createAwsProvider(withKey('stranger'), ask)),
    unknown: await read(`${REGION}/db`, createAwsProvider(withKey('nobody'), ask)),
    absent: await read(`${REGION}/db`, createAwsProvider(null, ask)),
    broken: await read(`${REGION}/db`, createAwsProvider(gateway(broken), ask)),
    closed: await read(
      `${REGION}/db`,
      createAwsProvider({ ...withKey('reader'), endpoints: { secretsmanager: 'http://127.0.0.1:1' } }, ask),
    ),
  };
  state.isBusy = true;
  failures.busy = await read(`${REGION}/db`);
  expect(failures).toEqual({
    missing: 'missing',
    deleted: 'missing',
    locked: 'denied: its key in KMS',
    denied: 'denied',
    unknown: 'signed-out: AWS did not accept the signature of secretsmanager:GetSecretValue',
    absent: 'not-set-up: neither CHANGEOVER_AWS_KEY_FILE nor CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE is set',
    broken: 'not-set-up: the file of CHANGEOVER_AWS_KEY_FILE cannot be used',
    closed: 'unreachable: connection refused',
    busy: 'throttled',
  });
});

test('a web identity is exchanged once for a session, and anew when that has ended', async () => {
  let at = 0;
  let token = 'a.web.token';
  let exchanges = 0;
  const identity = gateway(async () => {
    exchanges += 1;
    return { by: 'web-identity', roleArn: ROLE, token };
  }, ROLE);
  const own = createAwsProvider(identity, ask, () => at);
  secrets.set('db', { versions: ['x'] });
  const first = [await read(`${REGION}/db`, own), await read(`${REGION}/db`, own), exchanges];
  at += 900_000;
  token = 'another.token';
  expect({ first, ended: [await read(`${REGION}/db`, own), exchanges] }).toEqual({
    first: ['x', 'x', 1],
    ended: ['signed-out: AWS answered sts:AssumeRoleWithWebIdentity with InvalidIdentityToken', 2],
  });
});

test('a key that was replaced in its file is taken when AWS refuses the one before', async () => {
  let name = 'nobody';
  const own = createAwsProvider(
    gateway(async () => {
      const key = keyOf(name);
      name = 'reader';
      return { by: 'key', key };
    }),
    ask,
  );
  secrets.set('db', { versions: ['x'] });
  expect(await read(`${REGION}/db`, own)).toBe('x');
});

test('a path may name the role that reads it, which is assumed for this project alone, and once for all of its secrets', async () => {
  const signer = { ...keyOf('signer'), arn: arnOf('user', 'signer'), allow: ['sts:AssumeRole'] };
  const reader = arnOf('role', 'reader');
  const other = await startFakeAws({
    users: [signer],
    roles: [{ arn: reader, trusts: [signer.arn], externalId: 'of-this-project', allow: [READ] }],
    region: REGION,
    services: { secretsmanager: fakeSecretsManager(secrets, state) },
  });
  const endpoints = { secretsmanager: other.url, sts: other.url };
  const own = createAwsProvider({ principal: null, endpoints, read: async () => ({ by: 'key', key: keyOf('signer') }) }, ask);
  secrets.set('db', { versions: ['first', 'second'] });
  const roles = { externalId: 'of-this-project', roles: [reader], sessionName: 'changeover-p' };
  const by = async (path: string, given?: typeof roles) =>
    await own.read(path, [SECRET_ROOT, `${REGION}/`], AbortSignal.timeout(5000), given).then(String, (error: Error) => error.message);
  const outcomes = {
    arn: await by(`${arnOfSecret('db')}?role=${reader}`, roles),
    stage: await by(`${REGION}/db?stage=AWSPREVIOUS&role=${reader}`, roles),
    assumed: other.asked.filter((action) => action === 'sts:AssumeRole').length,
    noRoles: await by(`${REGION}/db?role=${reader}`),
    notGranted: await by(`${REGION}/db?role=${reader}-2`, roles),
    otherProject: await by(`${REGION}/db?role=${reader}`, { ...roles, externalId: 'of-another' }),
    // The gateway's own identity may read nothing here.
    own: await by(`${REGION}/db`, roles),
  };
  other.close();
  expect(outcomes).toEqual({
    arn: 'second',
    stage: 'first',
    assumed: 1,
    noRoles: expect.stringContaining('not-granted'),
    notGranted: expect.stringContaining('not-granted'),
    otherProject: expect.stringContaining('denied'),
    own: expect.stringContaining('denied'),
  });
});

test('ARN, name and every version of a secret are one secret, and have the grants of their own form', async () => {
  const identify = (path: string) => provider.identify?.(path);
  const arn = arnOfSecret('db');
  expect({
    isOne: new Set(await Promise.all([arn, `${arn}?stage=AWSPREVIOUS`, `${REGION}/db`, `${arn}?role=${ROLE}`].map(identify))).size,
    isOther: (await identify('us-east-1/db')) !== (await identify(arn)),
    arnByName: provider.isWithin(arn, `${REGION}/db`),
    nameByArn: provider.isWithin(`${REGION}/db`, SECRET_ROOT),
  }).toEqual({ isOne: 1, isOther: true, arnByName: false, nameByArn: false });
});
