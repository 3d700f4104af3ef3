import { expect, test, vi } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startGatewayProcess } from './support/gateway/gateway-process.ts';

test.each([
  ['CHANGEOVER_EGRES_ALLOW', 'CHANGEOVER_EGRESS_ALLOW'],
  ['CHANGEOVER_DATABASEURL', 'CHANGEOVER_DATABASE_URL'],
  ['changeover_log_level', 'CHANGEOVER_LOG_LEVEL'],
  ['CHANGEOVER_FOO', null],
  ['CHANGEOVER_SOMETHING_OF_ANOTHER_PROGRAM', null],
])('%s is no setting, and may have been meant to be %s', (name, nearest) => {
  expect(readConfig({ [name]: 'x' }).unknown).toEqual([{ name, nearest }]);
});

test('what others name is not warned of', () => {
  expect(readConfig({ CHANGEOVER_SECRET_SALES: 'x', CHANGEOVER_TEST_POSTGRES_URL: 'x', CHANGEOVER_URL: '', PATH: 'x' }).unknown).toEqual(
    [],
  );
});

test('a start with a misspelt setting says so, and not what was given', async () => {
  const gateway = await startGatewayProcess({ settings: { CHANGEOVER_EGRES_ALLOW: 'CNRYvalue' } });
  await vi.waitFor(() => expect(gateway.printed()).toContain('"msg":"unknown setting"'));
  await gateway.end();
  const line =
    gateway
      .printed()
      .split('\n')
      .find((one) => one.includes('unknown setting')) ?? '{}';
  expect({ line: JSON.parse(line), showsValue: gateway.printed().includes('CNRY') }).toEqual({
    line: expect.objectContaining({ level: 'warn', setting: 'CHANGEOVER_EGRES_ALLOW', nearest: 'CHANGEOVER_EGRESS_ALLOW' }),
    showsValue: false,
  });
});
