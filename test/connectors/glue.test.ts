import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { fakeGlue } from '../support/fakes/aws/data-services.ts';
import { startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import { arnOf, keyOf, originOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';

const ALL = ['glue:GetDatabases', 'glue:GetTables', 'glue:GetPartitions'];
const READER = arnOf('role', 'service/reader');
const OPEN = arnOf('role', 'open');
const trusts = [arnOf('user', 'teams/data/assumer')];
const users = [
  userOf('loader', ALL),
  userOf('loader2', ['glue:GetDatabases']),
  userOf('outsider', []),
  userOf('assumer', ['sts:AssumeRole']),
];
const aws = await startFakeAws({
  users: [...users, { ...keyOf('root'), arn: 'arn:aws:iam::123456789012:root', allow: ALL }],
  roles: [
    { arn: READER, trusts, externalId: 'ours', allow: ALL },
    { arn: OPEN, trusts, externalId: null, allow: ['glue:GetDatabases'] },
  ],
  region: REGION,
  services: { glue: fakeGlue({ sales: ['orders'] }) },
});
const bare = await startFakeAws({ users, region: REGION, services: { glue: fakeGlue({}) } });
const pool = createTestPool();
afterAll(async () => {
  aws.close();
  bare.close();
  await pool.close();
});

const at = (origin: string) => ({ glueEndpoint: origin, stsEndpoint: origin });
const place = { awsRegion: REGION, ...at(aws.url) };
const details = { ...place, ...keyOf('loader') };

describeConnector('glue', {
  good: () => details,
  at: (host, port) => ({ ...details, ...at(originOf(host, port)), awsRegion: 'eu-central-1' }),
  withSecret: (canary) => ({ ...details, secretAccessKey: canary }),
});

describe('glue', () => {
  const run = (validator: string, given: Details, current: Details | null = null) => runValidator(pool, 'glue', validator, given, current);
  const codes = async (given: Details) => (await run('validate_connection', given)).errors.map(({ code, cause }) => [code, cause]);
  const asAssumer = { ...place, ...keyOf('assumer') };

  test('what AWS refuses has a code of its own, and names the action that a policy has to allow', async () => {
    expect({
      unknownKey: await codes({ ...details, accessKeyId: 'AKIAUNKNOWN' }),
      wrongToken: await codes({ ...details, sessionToken: 'a-token-of-another-key' }),
      denied: await codes({ ...place, ...keyOf('outsider') }),
      mayNotAssume: await codes({ ...details, assumableRole: READER, externalId: 'ours' }),
      wrongExternalId: await codes({ ...asAssumer, assumableRole: READER, externalId: 'theirs' }),
      noExternalId: await codes({ ...asAssumer, assumableRole: READER }),
    }).toEqual({
      unknownKey: [['CREDENTIALS_REJECTED', 'AWS did not accept the signature of sts:GetCallerIdentity']],
      wrongToken: [['CREDENTIALS_REJECTED', 'AWS did not accept the signature of sts:GetCallerIdentity']],
      denied: [['ACCESS_DENIED', 'AWS denied glue:GetDatabases']],
      mayNotAssume: [['ACCESS_DENIED', 'AWS denied sts:AssumeRole']],
      wrongExternalId: [['ACCESS_DENIED', 'AWS denied sts:AssumeRole']],
      noExternalId: [['ACCESS_DENIED', 'AWS denied sts:AssumeRole']],
    });
  });

  test('a role is who signs, and one that can be assumed without its external id is warned of, as is the key of a root', async () => {
    const reader = await run('validate_identity', { ...asAssumer, assumableRole: READER, externalId: 'ours' });
    const open = await run('validate_identity', { ...asAssumer, assumableRole: OPEN, externalId: 'ours' });
    const root = await run('validate_identity', { ...place, ...keyOf('root') });
    expect({
      reader: [reader.warnings, reader.data?.returnedData],
      open: open.warnings.map(({ code, cause }) => [code, cause]),
      root: root.warnings.map(({ code }) => code),
    }).toEqual({
      reader: [[], { account: '123456789012', arn: 'arn:aws:sts::123456789012:assumed-role/reader/changeover' }],
      open: [['NOT_PROTECTED', 'the role was assumed without the external id']],
      root: ['NOT_PROTECTED'],
    });
  });

  test('an action that is missing is named with the command that allows it, for a user and for a role', async () => {
    const user = await run('validate_permissions', { ...place, ...keyOf('loader2') });
    const role = await run('validate_permissions', { ...asAssumer, assumableRole: OPEN });
    const allowing = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["glue:GetTables"],"Resource":"*"}]}';
    const missing = { code: 'PERMISSION_MISSING', cause: 'AWS denied glue:GetTables' };
    expect({ user: user.errors, role: role.errors }).toMatchObject({
      user: [
        {
          ...missing,
          resolution: `Run: aws iam put-user-policy --user-name loader2 --policy-name changeover --policy-document '${allowing}'`,
        },
      ],
      role: [
        {
          ...missing,
          resolution: `Run: aws iam put-role-policy --role-name open --policy-name changeover --policy-document '${allowing}'`,
        },
      ],
    });
  });

  test('a catalogue that shows nothing is no proof, and says so', async () => {
    const outcome = await run('validate_permissions', { ...details, ...at(bare.url) });
    expect({ status: outcome.status, warnings: outcome.warnings.map(({ cause }) => cause) }).toEqual({
      status: 'warning',
      warnings: ['glue:GetDatabases lists nothing'],
    });
  });

  test('both identities are asked for the same: what the new one lacks is lost only where the one in use has it', async () => {
    const lost = await run('validate_permission_parity', { ...place, ...keyOf('loader2') }, details);
    const gained = await run('validate_permission_parity', details, { ...place, ...keyOf('loader2') });
    const neither = await run('validate_permission_parity', { ...place, ...keyOf('loader2') }, { ...place, ...keyOf('outsider') });
    expect({ lost: lost.errors.map(({ code, cause }) => [code, cause]), gained: gained.errors, neither: neither.errors }).toEqual({
      lost: [['PERMISSION_LOST', 'glue:GetTables']],
      gained: [],
      neither: [],
    });
  });

  test.each([
    ['neither a key nor a role', { accessKeyId: undefined, secretAccessKey: undefined }, 'accessKeyId'],
    [
      'an address of its own for the gateway',
      { accessKeyId: undefined, secretAccessKey: undefined, assumableRole: READER },
      'glueEndpoint',
    ],
    ['half a key', { secretAccessKey: undefined }, 'secretAccessKey'],
    ['an external id without a role', { externalId: 'ours' }, 'externalId'],
    ['no region', { awsRegion: undefined }, 'awsRegion'],
    ['TLS that is turned off', { ssl: { disabled: true } }, 'sslOptions.disabled'],
  ])('%s is refused by the name of a field', async (_, changed, path) => {
    await expect(run('validate_connection', { ...details, ...changed })).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { path } });
  });
});
