import { afterAll, expect, test } from 'vitest';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { MATILLION_KINDS } from '../../src/domain/matillion/platform-types.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';

const pool = createTestPool();
afterAll(() => pool.close());

const GOOD = {
  'matillion-component-basic': { authProvider: 'NONE', authType: 'GENERIC_SECRET', connectionProperties: { secretName: 's' } },
  'matillion-cloud-platform-credentials': {
    authProvider: 'aws',
    authType: 'CLOUD_PROVIDER_SECRET',
    connectionProperties: { credentialSecretName: 's' },
  },
  'matillion-dwh': { authProvider: 'snowflake', authType: 'OAUTH_CLIENT_CRED', connectionProperties: { account: 'a' } },
} as const;

test.each(Object.entries(GOOD))('%s takes its properties as JSON, holds no secret and dials nobody', async (kind, details) => {
  const connector = catalogue.find(kind);
  if (connector === null) throw new Error(kind);
  const parsed = parseDetails(connector, { ...details, connectionProperties: JSON.stringify(details.connectionProperties) });
  expect({
    kinds: MATILLION_KINDS.includes(kind),
    parsed,
    outcome: await runValidator(pool, kind, 'validate_connection', parsed),
  }).toMatchObject({
    kinds: true,
    parsed: details,
    outcome: { status: 'passed', errors: [], warnings: [] },
  });
});

test('an override has to fit how the connection authenticates', () => {
  const connector = catalogue.find('matillion-component-basic');
  if (connector === null) throw new Error('no kind');
  const environmentOverrides = { Test: { connectionProperties: { password: 'x' } } };
  expect(() => parseDetails(connector, { ...GOOD['matillion-component-basic'], environmentOverrides })).toThrow(
    'environmentOverrides.connectionProperties.password: is not known here',
  );
});

test('a name that ends like an ARN of AWS is warned of, by its member, and an ARN itself is not', async () => {
  const warned = async (secretsLocation: object | undefined, connectionProperties: object, environmentOverrides: object = {}) => {
    const details = { ...GOOD['matillion-dwh'], secretsLocation, connectionProperties, environmentOverrides };
    const { status, warnings } = await runValidator(pool, 'matillion-dwh', 'validate_connection', details);
    return [status, warnings.map(({ code, friendlyMessage }) => `${code} ${/ in (\w+) /.exec(friendlyMessage)?.[1]}`)];
  };
  const aws = { type: 'AWS_SECRET_MANAGER', region: 'eu-west-1' };
  expect([
    await warned(aws, { secretName: 'crm-a1B2c3', clientSecretName: 'crm' }),
    await warned({ region: 'eu-west-1' }, { secretName: 'crm' }, { Test: { connectionProperties: { clientSecretName: 'test-aaaaaa' } } }),
    await warned(aws, { secretName: 'arn:aws:secretsmanager:eu-west-1:1:secret:crm-a1B2c3', secretKey: 'a-bcdefg' }),
    await warned({ type: 'FILE', path: '/run' }, { secretName: 'crm-a1B2c3' }),
    await warned(undefined, { secretName: 'crm-a1B2c3' }),
  ]).toEqual([
    ['warning', ['SECRET_AMBIGUOUS secretName']],
    ['warning', ['SECRET_AMBIGUOUS clientSecretName']],
    ['passed', []],
    ['passed', []],
    ['passed', []],
  ]);
});
