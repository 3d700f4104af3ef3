import { expect, test } from 'vitest';
import { createEnvProvider } from '../../src/secrets/env/index.ts';
import { describeSecretProvider } from '../contracts/secret-provider.ts';
import { failureOf } from '../support/outcomes/secret-failure.ts';

const environment: Record<string, string> = {
  CHANGEOVER_SECRET_SALES: 'ours',
  CHANGEOVER_MASTER_KEY_FILE: '/run/master.key',
  CHANGEOVER_TOKEN: 'a token',
  PATH: '/bin',
  MCD_EMPTY: '',
};
const asked: string[] = [];
const variable = (name: string) => {
  asked.push(name);
  return environment[name];
};
const provider = createEnvProvider({ variable, aws: null, ask: () => Promise.reject(new Error('nobody is asked')) });
const { signal } = new AbortController();

describeSecretProvider('env', {
  provider,
  store(name, content) {
    environment[`MCD_SALES_${name}`] = content;
    return `MCD_SALES_${name}`;
  },
  prefixes: ['MCD_SALES_', 'MCD_HR_', 'CHANGEOVER_SECRET_'],
  noPrefixes: ['CHANGEOVER_', 'CHANGEOVER_TOKEN', 'PATH', '', 'MCD', 'MCD_*', 'MCD_ A', 'mcd_', 'MCD_\n'],
  noPaths: [
    'CHANGEOVER_TOKEN',
    'CHANGEOVER_MASTER_KEY_FILE',
    'PATH',
    '__proto__',
    'MCD_SALES_A\0',
    'mcd_sales_a',
    'MCD_',
    'CHANGEOVER_SECRET_',
    '',
    'MCD_A?kms=',
    'MCD_A?kms=alias/sales',
    'MCD_A?kms=eu-west-1/',
    'MCD_A?kms=arn:aws:kms:eu-west-1:123456789012:',
    'MCD_A?kms=arn:aws:s3:::key/sales',
    'MCD_A?kms=eu-west-1/alias/sales&role=reader',
    'MCD_A?role=arn:aws:iam::123456789012:role/reader',
    'PATH?kms=eu-west-1/alias/sales',
    'MCD_A?kms=eu-west-1.evil.example.com/alias/sales',
    'MCD_A?kms=eu-west-1/alias/sales\n',
  ],
});

test('a variable that holds nothing is missing', async () => {
  expect(await failureOf(provider.read('MCD_EMPTY', ['MCD_'], signal))).toBe('missing');
});

test.each([
  ['MCD_SALES_A', 'MCD_HR_'],
  // However an operator's row came to be in the database.
  ['CHANGEOVER_TOKEN', 'CHANGEOVER_'],
  ['PATH', ''],
])('the environment is not even asked for %s under %j', async (path, prefix) => {
  asked.length = 0;
  expect({ failure: await failureOf(provider.read(path, [prefix], signal)), asked }).toEqual({ failure: 'not-granted', asked: [] });
});

test('a variable with our own prefix is read', async () => {
  expect((await provider.read('CHANGEOVER_SECRET_SALES', ['CHANGEOVER_SECRET_'], signal)).toString('utf8')).toBe('ours');
});
