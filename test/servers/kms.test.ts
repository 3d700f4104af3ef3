import { afterAll, expect, test } from 'vitest';
import type { AwsKey, GatewayAws } from '../../src/domain/aws/gateway-aws.ts';
import { createEnvProvider } from '../../src/secrets/env/index.ts';
import { createManagerBench, secretOf } from '../support/secrets/manager-bench.ts';
import { REGION, startMoto } from '../support/servers/moto.ts';
import { askMoto, createMotoUser } from '../support/servers/moto-account.ts';

/** What moto's model of AWS KMS answers, with the policy of the guide; the fake of test/secrets/env-kms.test.ts refuses more strictly. */
const moto = await startMoto();
const { ask, close } = createManagerBench();
afterAll(async () => {
  await close();
  await moto.close();
});

const createKey = async () =>
  ((await askMoto(moto, 'TrentService.CreateKey', {})) as { readonly KeyMetadata: { readonly Arn: string; readonly KeyId: string } })
    .KeyMetadata;
const sales = await createKey();
const hr = await createKey();
await askMoto(moto, 'TrentService.CreateAlias', { AliasName: 'alias/sales', TargetKeyId: sales.KeyId });
const encrypt = async (plaintext: string, more: object = {}) => {
  const body = { KeyId: sales.KeyId, Plaintext: Buffer.from(plaintext).toString('base64'), ...more };
  return ((await askMoto(moto, 'TrentService.Encrypt', body)) as { readonly CiphertextBlob: string }).CiphertextBlob;
};
const tampered = Buffer.from(await encrypt('a secret'), 'base64');
tampered.writeUInt8(tampered.readUInt8(tampered.length - 1) ^ 1, tampered.length - 1);
const environment: Readonly<Record<string, string>> = {
  MCD_DB: await encrypt('a secret of ä bytes'),
  MCD_CONTEXT: await encrypt('a secret', { EncryptionContext: { of: 'sales' } }),
  MCD_TAMPERED: tampered.toString('base64'),
};
const decrypter = await createMotoUser(moto, 'decrypter', ['kms:Decrypt']);
const stranger = await createMotoUser(moto, 'stranger', ['s3:*']);
await moto.enforce();

const gateway = (key: AwsKey): GatewayAws => ({
  principal: null,
  endpoints: { kms: moto.url, sts: moto.url },
  read: async () => ({ by: 'key', key }),
});
const read = (path: string, key = decrypter) =>
  secretOf(createEnvProvider({ variable: (name) => environment[name], aws: gateway(key), ask }), path, 'MCD_');

test('what a variable holds is decrypted by its key, named by ARN, id and alias', async () => {
  expect({
    arn: await read(`MCD_DB?kms=${sales.Arn}`),
    id: await read(`MCD_DB?kms=${REGION}/${sales.KeyId}`),
    alias: await read(`MCD_DB?kms=${REGION}/alias/sales`),
  }).toEqual({ arn: 'a secret of ä bytes', id: 'a secret of ä bytes', alias: 'a secret of ä bytes' });
});

test('what KMS does not decrypt is not had, and says why', async () => {
  const first = async (asked: Promise<string>) => (await asked).split(':')[0];
  expect({
    tampered: await first(read(`MCD_TAMPERED?kms=${sales.Arn}`)),
    context: await first(read(`MCD_CONTEXT?kms=${sales.Arn}`)),
    noKey: await first(read(`MCD_DB?kms=${REGION}/alias/none`)),
    // moto says AccessDenied here, where AWS says IncorrectKeyException.
    otherKey: await first(read(`MCD_DB?kms=${hr.Arn}`)),
    denied: await first(read(`MCD_DB?kms=${sales.Arn}`, stranger)),
    wrong: await first(read(`MCD_DB?kms=${sales.Arn}`, { ...decrypter, secretAccessKey: 'another' })),
  }).toEqual({
    tampered: 'ill-formed',
    context: 'ill-formed',
    noKey: 'missing',
    otherKey: 'denied',
    denied: 'denied',
    wrong: 'signed-out',
  });
});
