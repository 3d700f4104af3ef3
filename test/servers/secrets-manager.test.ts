import { afterAll, expect, test } from 'vitest';
import type { AwsKey, GatewayAws } from '../../src/domain/aws/gateway-aws.ts';
import { createAwsProvider } from '../../src/secrets/aws/index.ts';
import { createManagerBench, secretOf } from '../support/secrets/manager-bench.ts';
import { REGION, startMoto } from '../support/servers/moto.ts';
import { askMoto, createMotoUser } from '../support/servers/moto-account.ts';

/** What moto's model of AWS Secrets Manager answers, with the policy of the guide; the fake of test/secrets/aws.test.ts refuses more strictly. */
const moto = await startMoto();
const { ask, close } = createManagerBench();
afterAll(async () => {
  await close();
  await moto.close();
});

const manage = async (action: string, body: object) => (await askMoto(moto, `secretsmanager.${action}`, body)) as { readonly ARN: string };

const { ARN: arn } = await manage('CreateSecret', { Name: 'sales/db', SecretString: 'first' });
await manage('PutSecretValue', { SecretId: 'sales/db', SecretString: 'second' });
await manage('CreateSecret', { Name: 'sales/bytes', SecretBinary: Buffer.from('binary').toString('base64') });
await manage('CreateSecret', { Name: 'sales/deleted', SecretString: 'x' });
await manage('DeleteSecret', { SecretId: 'sales/deleted' });
const reader = await createMotoUser(moto, 'reader', ['secretsmanager:GetSecretValue']);
const stranger = await createMotoUser(moto, 'stranger', ['s3:*']);
/** Once it asks for signatures, moto asks for one here, too, where AWS does not. */
const exchanged = await exchangeToken();
await moto.enforce();

async function exchangeToken() {
  const sessions: string[] = [];
  const roleArn = 'arn:aws:iam::123456789012:role/gateway';
  const identity: GatewayAws = { ...withKey(reader), read: async () => ({ by: 'web-identity', roleArn, token: 'a.web.token' }) };
  const provider = createAwsProvider(identity, async (call, signal) => {
    const answer = await ask(call, signal);
    if (call.step === 'signIn') sessions.push(JSON.stringify(answer));
    return answer;
  });
  return { sessions, secret: await secretOf(provider, arn, 'arn:aws:secretsmanager:') };
}

function withKey(key: AwsKey): GatewayAws {
  return { principal: null, endpoints: { secretsmanager: moto.url, sts: moto.url }, read: async () => ({ by: 'key', key }) };
}
const read = (path: string, key = reader) => secretOf(createAwsProvider(withKey(key), ask), path, 'arn:aws:secretsmanager:', `${REGION}/`);

test('a secret is had by its ARN and by its name, in the stage that is named', async () => {
  expect({
    arn: await read(arn),
    name: await read(`${REGION}/sales/db`),
    previous: await read(`${arn}?stage=AWSPREVIOUS`),
    bytes: await read(`${REGION}/sales/bytes`),
  }).toEqual({ arn: 'second', name: 'second', previous: 'first', bytes: 'binary' });
});

test('each way in which a secret is not had has a failure of its own', async () => {
  expect({
    missing: await read(`${REGION}/sales/none`),
    deleted: await read(`${REGION}/sales/deleted`),
    denied: await read(arn, stranger),
    unknown: (await read(arn, { accessKeyId: 'AKIAOFNOBODY', secretAccessKey: 'x' })).split(':')[0],
    wrong: (await read(arn, { ...reader, secretAccessKey: 'another' })).split(':')[0],
  }).toEqual({ missing: 'missing', deleted: 'missing', denied: 'denied', unknown: 'signed-out', wrong: 'signed-out' });
});

test('a web identity token is exchanged for a session of its role, which reads', () => {
  const session = /"accessKeyId":"ASIA\w+","secretAccessKey":"[^"]+","sessionToken":"[^"]+"/;
  expect({ sessions: exchanged.sessions.map((answer) => session.test(answer)), secret: exchanged.secret }).toEqual({
    sessions: [true],
    secret: 'second',
  });
});
