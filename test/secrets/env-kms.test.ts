import { afterAll, expect, test } from 'vitest';
import type { GatewayAws } from '../../src/domain/aws/gateway-aws.ts';
import { createSecretResolver } from '../../src/secrets/create-resolver.ts';
import { createEnvProvider } from '../../src/secrets/env/index.ts';
import { startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import { arnOfKey, encryptedBy, fakeKms } from '../support/fakes/aws/fake-kms.ts';
import { arnOf, keyOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';
import { createManagerBench, secretOf } from '../support/secrets/manager-bench.ts';

const DECRYPT = 'kms:Decrypt';
const sales = { id: '00000000-0000-4000-8000-000000000001', alias: 'sales' };
const hr = { id: '00000000-0000-4000-8000-000000000002', alias: 'hr' };
const off = { id: '00000000-0000-4000-8000-000000000003', alias: 'off', state: 'disabled' as const };
const dying = { id: '00000000-0000-4000-8000-000000000004', alias: 'dying', state: 'deleting' as const };
const signer = { ...keyOf('signer'), arn: arnOf('user', 'signer'), allow: ['sts:AssumeRole'] };
const reader = arnOf('role', 'reader');
const aws = await startFakeAws({
  users: [userOf('decrypter', [DECRYPT]), userOf('stranger', []), signer],
  roles: [{ arn: reader, trusts: [signer.arn], externalId: 'of-this-project', allow: [DECRYPT] }],
  region: REGION,
  services: { kms: fakeKms([sales, hr, off, dying]) },
});
const { ask, close } = createManagerBench();
afterAll(async () => {
  aws.close();
  await close();
});

const environment: Record<string, string> = { MCD_DB: encryptedBy(sales, 'a secret'), MCD_PLAIN: '{"password": "no ciphertext"}' };
const gateway = (name: string): GatewayAws => ({
  principal: null,
  endpoints: { kms: aws.url, sts: aws.url },
  read: async () => ({ by: 'key', key: keyOf(name) }),
});
const providerOf = (identity: GatewayAws | null) => createEnvProvider({ variable: (name) => environment[name], aws: identity, ask });
const provider = providerOf(gateway('decrypter'));
const read = (path: string, from = provider) => secretOf(from, path, 'MCD_');
const byAlias = (name: string) => `MCD_DB?kms=${REGION}/alias/${name}`;

test('what a variable holds is decrypted by the key that the path names, in each of the ways that KMS names one', async () => {
  environment.MCD_LINES = environment.MCD_DB?.replace(/(.{40})/g, '$1\n') ?? '';
  expect({
    arn: await read(`MCD_DB?kms=${arnOfKey(sales)}`),
    alias: await read(byAlias('sales')),
    aliasArn: await read(`MCD_DB?kms=${arnOfKey(sales).replace(/:key.*/, ':alias/sales')}`),
    id: await read(`MCD_DB?kms=${REGION}/${sales.id}`),
    inLines: await read(`MCD_LINES?kms=${REGION}/${sales.id}`),
    withoutKey: await read('MCD_DB'),
  }).toEqual({
    arn: 'a secret',
    alias: 'a secret',
    aliasArn: 'a secret',
    id: 'a secret',
    inLines: 'a secret',
    withoutKey: environment.MCD_DB,
  });
});

test('each way in which it is not decrypted has a failure of its own', async () => {
  environment.MCD_LONG = Buffer.alloc(6145).toString('base64');
  environment.MCD_FOREIGN = Buffer.alloc(200).toString('base64');
  environment.MCD_CONTEXT = encryptedBy(sales, 'a secret', 'of=sales');
  expect({
    missing: await read(`MCD_NONE?kms=${REGION}/alias/sales`),
    plain: await read(`MCD_PLAIN?kms=${REGION}/alias/sales`),
    long: await read(`MCD_LONG?kms=${REGION}/alias/sales`),
    foreign: await read(`MCD_FOREIGN?kms=${REGION}/alias/sales`),
    context: await read(`MCD_CONTEXT?kms=${REGION}/alias/sales`),
    otherKey: await read(byAlias('hr')),
    noKey: await read(byAlias('none')),
    disabled: await read(byAlias('off')),
    deleting: await read(byAlias('dying')),
    denied: await read(byAlias('sales'), providerOf(gateway('stranger'))),
    unknown: await read(byAlias('sales'), providerOf(gateway('nobody'))),
    absent: await read(byAlias('sales'), providerOf(null)),
    closed: await read(byAlias('sales'), providerOf({ ...gateway('decrypter'), endpoints: { kms: 'http://127.0.0.1:1' } })),
  }).toEqual({
    missing: 'missing',
    plain: 'ill-formed: its ciphertext has to be base64',
    long: 'ill-formed: its ciphertext is larger than the 6 KiB that KMS takes',
    foreign: 'ill-formed: it is no ciphertext of KMS, or one with an encryption context',
    context: 'ill-formed: it is no ciphertext of KMS, or one with an encryption context',
    otherKey: 'ill-formed: it was encrypted with another key in KMS',
    noKey: 'missing: its key in KMS',
    disabled: 'denied: its key in KMS is disabled',
    deleting: 'denied: its key in KMS is disabled, or waits for its deletion',
    denied: 'denied: kms:Decrypt with the key in KMS',
    unknown: 'signed-out: AWS did not accept the signature of kms:Decrypt',
    absent: 'not-set-up: neither CHANGEOVER_AWS_KEY_FILE nor CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE is set',
    closed: 'unreachable: connection refused',
  });
});

test('a path may name the role that decrypts, which is assumed for this project alone, and only where it is granted', async () => {
  const own = providerOf(gateway('signer'));
  const roles = { externalId: 'of-this-project', roles: [reader], sessionName: 'changeover-p' };
  const by = async (path: string, given?: typeof roles) =>
    await own.read(path, ['MCD_'], AbortSignal.timeout(60_000), given).then(String, (error: Error) => error.message);
  expect({
    granted: await by(`${byAlias('sales')}&role=${reader}`, roles),
    noRoles: await by(`${byAlias('sales')}&role=${reader}`),
    notGranted: await by(`${byAlias('sales')}&role=${reader}-2`, roles),
    otherProject: await by(`${byAlias('sales')}&role=${reader}`, { ...roles, externalId: 'of-another' }),
    own: await by(byAlias('sales'), roles),
    otherVariable: await own.read(`${byAlias('sales')}&role=${reader}`, ['MCD_HR_'], AbortSignal.timeout(60_000), roles).catch(String),
  }).toEqual({
    granted: 'a secret',
    noRoles: expect.stringContaining('not-granted'),
    notGranted: expect.stringContaining('not-granted'),
    otherProject: expect.stringContaining('denied'),
    own: expect.stringContaining('denied'),
    otherVariable: expect.stringContaining('not-granted'),
  });
});

test('a variable is one secret, whatever decrypts it', async () => {
  const identify = (path: string) => provider.identify?.(path);
  const names = ['MCD_DB', byAlias('sales'), byAlias('hr'), `${byAlias('sales')}&role=${reader}`];
  expect({ names: new Set(await Promise.all(names.map(identify))).size, other: await identify('MCD_PLAIN') }).toEqual({
    names: 1,
    other: 'MCD_PLAIN',
  });
});

test('KMS is asked once for a ciphertext while it is kept, and at once for another one', async () => {
  const resolver = createSecretResolver({
    env: provider,
    file: provider,
    account: provider,
    aws: provider,
    gcp: provider,
    azure: provider,
    vault: provider,
  });
  const asked = () => aws.asked.filter((action) => action === DECRYPT).length;
  const resolve = async () => {
    const before = asked();
    const { value } = await resolver.resolve({ provider: 'env', path: `MCD_KEPT?kms=${REGION}/alias/sales` }, ['MCD_']);
    return `${value.toString('utf8')} ${asked() - before}`;
  };
  environment.MCD_KEPT = encryptedBy(sales, 'first');
  const first = [await resolve(), await resolve()];
  environment.MCD_KEPT = encryptedBy(sales, 'second');
  const second = [await resolve(), await resolve()];
  resolver.clear();
  expect({ first, second }).toEqual({ first: ['first 1', 'first 0'], second: ['second 1', 'second 0'] });
});
