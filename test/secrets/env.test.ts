import { describe, expect, test } from 'vitest';
import { createEnvProvider } from '../../src/secrets/env/index.ts';
import { failureOf } from '../support/secret-failure.ts';

const environment: Readonly<Record<string, string>> = {
  MCD_SALES_DB: 'of sales',
  MCD_HR_DB: 'of hr',
  CHANGEOVER_SECRET_SALES: 'ours',
  CHANGEOVER_MASTER_KEY_FILE: '/run/master.key',
  CHANGEOVER_TOKEN: 'a token',
  PATH: '/bin',
  MCD_EMPTY: '',
  MCD_LARGE: 'x'.repeat(64 * 1024 + 1),
};
const asked: string[] = [];
const provider = createEnvProvider((name) => {
  asked.push(name);
  return environment[name];
});
const { signal } = new AbortController();
const read = async (path: string, ...prefixes: readonly string[]) => (await provider.read(path, prefixes, signal)).toString('utf8');

describe('secrets in the environment', () => {
  test.each([
    ['MCD_SALES_DB', 'MCD_SALES_', 'of sales'],
    ['MCD_SALES_DB', 'MCD_', 'of sales'],
    ['CHANGEOVER_SECRET_SALES', 'CHANGEOVER_SECRET_', 'ours'],
  ])('%s is read under %s', async (path, prefix, value) => {
    expect(await read(path, prefix)).toBe(value);
  });

  test.each([
    ['MCD_HR_DB', 'MCD_SALES_'],
    ['CHANGEOVER_SECRET_SALES', 'MCD_'],
    // However an operator's row came to be in the database.
    ['CHANGEOVER_TOKEN', 'CHANGEOVER_'],
    ['CHANGEOVER_MASTER_KEY_FILE', ''],
    ['PATH', ''],
    ['__proto__', ''],
    ['MCD_SALES_DB\0', 'MCD_'],
    ['mcd_sales_db', 'mcd_'],
    ['MCD_', 'MCD_'],
  ])('%j is not granted under %j, and not asked for', async (path, prefix) => {
    asked.length = 0;
    expect([await failureOf(read(path, prefix)), asked]).toEqual(['not-granted', []]);
  });

  test.each([
    ['MCD_NONE', 'missing'],
    ['MCD_EMPTY', 'missing'],
    ['MCD_LARGE', 'too-large'],
  ])('%s is %s', async (path, failure) => {
    expect(await failureOf(read(path, 'MCD_'))).toBe(failure);
  });

  test.each(['CHANGEOVER_', 'CHANGEOVER_TOKEN', 'PATH', '', 'MCD', 'MCD_*', 'MCD_ A', 'mcd_', 'MCD_\n'])('%j is no prefix', (prefix) => {
    expect(provider.readPrefix(prefix)).toBeNull();
  });
});
