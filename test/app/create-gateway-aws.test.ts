import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createGatewayAws } from '../../src/app/create-gateway-aws.ts';
import { readConfig } from '../../src/config.ts';
import { AwsSignInError } from '../../src/domain/aws/gateway-aws.ts';
import { StartupError } from '../../src/domain/errors/startup-error.ts';

const ID = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'CNRY0123456789abcdef/of+a+key';
const ROLE = 'arn:aws:iam::111122223333:role/gateway';

const folder = mkdtempSync(join(tmpdir(), 'changeover-aws-'));
let files = 0;

function file(content: string, mode = 0o600): string {
  files += 1;
  const path = join(folder, String(files));
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

const reports: string[] = [];
const given = (environment: Record<string, string>) => createGatewayAws(readConfig(environment), (setting) => reports.push(setting));
const byKey = (content: string, mode?: number) => given({ CHANGEOVER_AWS_KEY_FILE: file(content, mode) });
const byToken = (path: string, role = ROLE) => given({ CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE: path, CHANGEOVER_AWS_ROLE_ARN: role });

async function refusal(attempt: () => Promise<unknown>): Promise<string> {
  const error = await Promise.resolve()
    .then(attempt)
    .then(() => null)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StartupError);
  return (error as StartupError).message.replaceAll(/\/\S+\/\d+/g, 'FILE');
}

const key = { AccessKeyId: ID, SecretAccessKey: SECRET };

test('a gateway has no AWS identity unless one is named: nothing is taken from the environment', async () => {
  expect(await given({ AWS_ACCESS_KEY_ID: ID, AWS_SECRET_ACCESS_KEY: SECRET, AWS_WEB_IDENTITY_TOKEN_FILE: '/token' })).toBeNull();
});

test.each([
  ['by itself', key, { accessKeyId: ID, secretAccessKey: SECRET }],
  ['as create-access-key prints it', { AccessKey: { UserName: 'gateway', ...key } }, { accessKeyId: ID, secretAccessKey: SECRET }],
  [
    'temporary, as STS prints it',
    { Credentials: { ...key, SessionToken: 'a-token==' } },
    { accessKeyId: ID, secretAccessKey: SECRET, sessionToken: 'a-token==' },
  ],
])('a key is read from its file %s', async (_, content, read) => {
  expect(await (await byKey(`${JSON.stringify(content)}\n`))?.read()).toEqual({ by: 'key', key: read });
});

test('key and token are read anew each time, since they are replaced', async () => {
  const keyFile = file(JSON.stringify(key));
  const tokenFile = file('first.token\n', 0o644);
  const [one, other] = [await given({ CHANGEOVER_AWS_KEY_FILE: keyFile }), await byToken(tokenFile)];
  writeFileSync(keyFile, JSON.stringify({ ...key, AccessKeyId: 'AKIA2' }));
  writeFileSync(tokenFile, 'second.token');
  expect({ key: await one?.read(), token: await other?.read() }).toEqual({
    key: { by: 'key', key: { accessKeyId: 'AKIA2', secretAccessKey: SECRET } },
    token: { by: 'web-identity', roleArn: ROLE, token: 'second.token' },
  });
});

test('a file that is gone later is told of by the name of its setting, and nothing is made of it', async () => {
  const path = file('first.token');
  const identity = await byToken(path);
  rmSync(path);
  await expect(identity?.read()).rejects.toThrow(AwsSignInError);
  expect(reports.splice(0)).toEqual(['CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE']);
});

test('a start is refused for what can not be used, without a word of its content', async () => {
  const told = {
    exposed: await refusal(() => byKey(JSON.stringify(key), 0o644)),
    absent: await refusal(() => byToken(join(folder, '0'))),
    folder: await refusal(() => byToken(folder)),
    noJson: await refusal(() => byKey(`aws_access_key_id = ${ID}\naws_secret_access_key = ${SECRET}\n`)),
    noSecret: await refusal(() => byKey(JSON.stringify({ AccessKeyId: ID }))),
    spaced: await refusal(() => byKey(JSON.stringify({ ...key, SecretAccessKey: `${SECRET} ` }))),
    twoLines: await refusal(() => byToken(file(`${SECRET}\n${SECRET}`))),
    large: await refusal(() => byToken(file('x'.repeat(40_000)))),
  };
  const form =
    'The AWS key file FILE must hold JSON with AccessKeyId and SecretAccessKey, as aws iam create-access-key prints it; a temporary key has SessionToken, too.';
  expect(told).toEqual({
    exposed: 'The AWS key file FILE may be read by others (mode 644). Run: chmod 600 FILE',
    absent: 'The AWS web identity token file FILE does not exist.',
    folder: `The AWS web identity token file ${folder} is not a regular file.`,
    noJson: form,
    noSecret: form,
    spaced: form,
    twoLines: 'The AWS web identity token file FILE must hold a token of OpenID Connect; it holds something else.',
    large: 'The AWS web identity token file FILE is larger than 32 KiB.',
  });
});

const TWO = { CHANGEOVER_AWS_ROLE_ARN: ROLE, CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE: '/token', CHANGEOVER_AWS_KEY_FILE: '/key' };
const ENDPOINTS = 'CHANGEOVER_AWS_ENDPOINTS must hold service=https://host entries, separated by commas.';

const wrong: readonly (readonly [Record<string, string>, string])[] = [
  [{ CHANGEOVER_AWS_ROLE_ARN: ROLE }, 'CHANGEOVER_AWS_ROLE_ARN and CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE must be set together.'],
  [
    { CHANGEOVER_AWS_ROLE_ARN: 'gateway', CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE: '/token' },
    'CHANGEOVER_AWS_ROLE_ARN must be the ARN of a role.',
  ],
  [TWO, 'CHANGEOVER_AWS_KEY_FILE and CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE are two identities: set one of them.'],
  [{ CHANGEOVER_AWS_ENDPOINTS: 'sts' }, ENDPOINTS],
  [{ CHANGEOVER_AWS_ENDPOINTS: 'sts=sts.test' }, ENDPOINTS],
  [{ CHANGEOVER_AWS_ENDPOINTS: 'sts=http://sts.test' }, ENDPOINTS],
  [{ CHANGEOVER_AWS_ENDPOINTS: 'sts=https://a@sts.test' }, ENDPOINTS],
  [{ CHANGEOVER_AWS_ENDPOINTS: 'https://sts.test' }, ENDPOINTS],
];

test.each(wrong)('%j is refused', (environment, message) => {
  expect(() => readConfig(environment)).toThrow(new StartupError(message));
});

test('endpoints go by the names of services', () => {
  expect(readConfig({ CHANGEOVER_AWS_ENDPOINTS: 'sts=https://sts.test, s3=http://127.0.0.1:5000' }).aws.endpoints).toEqual({
    sts: 'https://sts.test',
    s3: 'http://127.0.0.1:5000',
  });
});
