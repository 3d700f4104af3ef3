import { afterAll, expect, test } from 'vitest';
import { createGcpProvider } from '../../src/secrets/gcp/index.ts';
import type { GcpSettings } from '../../src/secrets/gcp/settings.ts';
import { describeSecretProvider } from '../contracts/secret-provider.ts';
import { createAccount, fakeSecretManager, PROJECT, startFakeGoogle } from '../support/fakes/fake-google.ts';
import { createManagerBench, secretOf, writeLogin } from '../support/secrets/manager-bench.ts';

const reader = createAccount('reader', ['secretmanager.versions.access']);
const stranger = createAccount('stranger', []);
const disabled = createAccount('disabled', ['secretmanager.versions.access'], true);
const secrets = new Map<string, readonly (string | null)[]>();
const google = await startFakeGoogle([reader, stranger, disabled], [fakeSecretManager(secrets)]);
const { ask, close } = createManagerBench();
afterAll(async () => {
  google.close();
  await close();
});

const of = (key: unknown, at = google.url): GcpSettings => ({
  keyFile: writeLogin('CHANGEOVER_GCP_KEY_FILE', typeof key === 'string' ? key : JSON.stringify(key)),
  secretsUrl: at,
  tokenUrl: `${at}/token`,
});
const provider = createGcpProvider(of(reader.file), ask);
const root = `projects/${PROJECT}/secrets/`;
const regional = `projects/${PROJECT}/locations/europe-west1/secrets/`;
const read = (path: string, from = provider) =>
  secretOf(from, path, root, regional, 'projects/busy-project/secrets/', 'projects/broken-project/secrets/');

describeSecretProvider('gcp', {
  provider,
  store(name, content) {
    secrets.set(`secrets/sales_${name}`, [content]);
    return `${root}sales_${name}`;
  },
  prefixes: [`${root}sales_`, `${root}hr_`, `${regional}`],
  noPrefixes: [
    '',
    'projects/',
    `projects/${PROJECT}/`,
    'projects/123456789012/secrets/',
    'projects/*/secrets/',
    `${root}a/versions/1`,
    `${root}a/`,
  ],
  noPaths: [
    '',
    root,
    'sales',
    'projects/123456789012/secrets/sales',
    `projects/${PROJECT}/secrets/../secrets/sales`,
    `${root}sales/versions/`,
    `${root}sales/versions/1:destroy`,
    `${root}sales?alt=media`,
    `${root}sales%2fversions`,
    `${root}sales\n`,
  ],
});

test('the latest version is had unless another is named, of global and of regional secrets', async () => {
  secrets.set('secrets/sales', ['first', 'second']);
  secrets.set('locations/europe-west1/secrets/sales', ['of Europe']);
  expect({
    latest: await read(`${root}sales`),
    named: await read(`${root}sales/versions/latest`),
    first: await read(`${root}sales/versions/1`),
    regional: await read(`${regional}sales`),
  }).toEqual({ latest: 'second', named: 'second', first: 'first', regional: 'of Europe' });
});

test('the public addresses are asked unless another is set', async () => {
  const asked: unknown[] = [];
  const own = createGcpProvider({ ...of(reader.file), secretsUrl: null }, async (call) => {
    if (call.step === 'signIn') return { session: 'token', seconds: 60 };
    asked.push(call.question);
    return new Uint8Array();
  });
  await read(`${root}sales`, own);
  await read(`${regional}sales/versions/7`, own);
  expect(asked).toEqual([
    { url: 'https://secretmanager.googleapis.com', version: `${root}sales/versions/latest` },
    { url: 'https://secretmanager.europe-west1.rep.googleapis.com', version: `${regional}sales/versions/7` },
  ]);
});

test('each way in which a secret is not had has a failure of its own, and none holds the key', async () => {
  secrets.set('secrets/destroyed', ['x', null]);
  const canary = 'CNRY0123456789abcdef';
  expect({
    missing: await read(`${root}none`),
    destroyed: await read(`${root}destroyed`),
    denied: await read(`${root}sales`, createGcpProvider(of(stranger.file), ask)),
    busy: await read('projects/busy-project/secrets/x'),
    down: await read('projects/broken-project/secrets/x'),
    closed: await read(`${root}sales`, createGcpProvider(of(reader.file, 'http://127.0.0.1:1'), ask)),
    disabled: await read(`${root}sales`, createGcpProvider(of(disabled.file), ask)),
    otherKey: await read(`${root}sales`, createGcpProvider(of({ ...reader.file, private_key: stranger.file.private_key }), ask)),
    noKey: await read(`${root}sales`, createGcpProvider(of({ ...reader.file, private_key: canary }), ask)),
    noAccount: await read(`${root}sales`, createGcpProvider(of({ type: 'authorized_user', refresh_token: canary }), ask)),
    noFile: await read(`${root}sales`, createGcpProvider(null, ask)),
  }).toEqual({
    missing: 'missing',
    destroyed: 'missing: its version is disabled or destroyed',
    denied: 'denied',
    busy: 'throttled',
    down: 'unreachable: it answered 503 UNAVAILABLE',
    closed: 'unreachable: connection refused',
    disabled: 'signed-out: it answered 400 invalid_grant',
    otherKey: 'signed-out: it answered 400 invalid_grant',
    noKey: 'not-set-up: the key in the file of CHANGEOVER_GCP_KEY_FILE cannot be read',
    noAccount: 'not-set-up: the file of CHANGEOVER_GCP_KEY_FILE holds no key of a service account',
    noFile: 'not-set-up: CHANGEOVER_GCP_KEY_FILE is not set',
  });
});

test('a token that Google has ended is replaced', async () => {
  secrets.set('secrets/sales', ['first']);
  const first = await read(`${root}sales`);
  google.endTokens();
  expect([first, await read(`${root}sales`)]).toEqual(['first', 'first']);
});

test('every version of a secret is that secret', async () => {
  const identify = (path: string) => provider.identify?.(path);
  expect({
    isOne: (await identify(`${root}sales/versions/1`)) === (await identify(`${root}sales`)),
    isOther: (await identify(`${regional}sales`)) !== (await identify(`${root}sales`)),
  }).toEqual({ isOne: true, isOther: true });
});
