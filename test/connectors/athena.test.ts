import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { fakeAthena } from '../support/fakes/aws/data-services.ts';
import { startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import { keyOf, originOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';

const QUERIES = ['GetWorkGroup', 'StartQueryExecution', 'GetQueryExecution', 'GetQueryResults', 'StopQueryExecution'];
const ALL = [...QUERIES, 'GetDataCatalog', 'ListDatabases', 'ListTableMetadata'].map((action) => `athena:${action}`);
const aws = await startFakeAws({
  users: [userOf('loader', ALL), userOf('loader2', ['athena:GetWorkGroup'])],
  region: REGION,
  services: {
    athena: fakeAthena({
      catalogs: { AwsDataCatalog: { sales: ['orders'] }, empty: {} },
      workgroups: {
        primary: { state: 'ENABLED', failure: null },
        off: { state: 'DISABLED', failure: null },
        unwritable: { state: 'ENABLED', failure: 'Access denied when writing output to url: s3://secret-place/' },
        elsewhere: { state: 'ENABLED', failure: 'The S3 location is in another region' },
      },
    }),
  },
});
const pool = createTestPool();
afterAll(async () => {
  aws.close();
  await pool.close();
});

const at = (origin: string) => ({ athenaEndpoint: origin, stsEndpoint: origin });
const place = { awsRegion: REGION, ...at(aws.url) };
const details = { ...place, ...keyOf('loader') };

describeConnector('athena', {
  good: () => details,
  at: (host, port) => ({ ...details, ...at(originOf(host, port)), awsRegion: 'eu-central-1' }),
  withSecret: (canary) => ({ ...details, secretAccessKey: canary }),
});

describe('athena', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'athena', validator, given, current);
  const codes = async (validator: string, given: Details) =>
    (await run(validator, { ...details, ...given })).errors.map(({ code, cause }) => [code, cause]);

  test('a workgroup that is not there and one that is disabled are told apart', async () => {
    expect({
      missing: await codes('validate_connection', { workgroup: 'nowhere' }),
      disabled: await codes('validate_connection', { workgroup: 'off' }),
      catalog: await codes('validate_permissions', { catalog: 'nowhere' }),
    }).toEqual({
      missing: [['DATABASE_NOT_FOUND', 'AWS answered athena:GetWorkGroup with InvalidRequestException']],
      disabled: [['ACCESS_DENIED', 'the workgroup is disabled']],
      catalog: [['DATABASE_NOT_FOUND', 'AWS answered athena:GetDataCatalog with InvalidRequestException']],
    });
  });

  test('a query is waited for, and says why it failed without what Athena said', async () => {
    const good = await run('validate_query', details);
    const failed = await run('validate_query', { ...details, workgroup: 'unwritable' });
    expect({
      rows: good.data?.queriesWithResults,
      unwritable: failed.errors.map(({ code }) => code),
      isQuoted: JSON.stringify(failed).includes('secret-place'),
      elsewhere: await codes('validate_query', { workgroup: 'elsewhere' }),
      denied: await codes('validate_query', keyOf('loader2')),
    }).toEqual({
      rows: [{ query: 'SELECT 1', rows: '[["_col0"],["1"]]' }],
      unwritable: ['PERMISSION_MISSING'],
      isQuoted: false,
      elsewhere: [['ACCESS_DENIED', 'the query failed']],
      denied: [['ACCESS_DENIED', 'AWS denied athena:StartQueryExecution']],
    });
  });

  test('each action that is missing is named, and lost where the identity in use has it', async () => {
    const lost = await run(
      'validate_permission_parity',
      { ...place, ...keyOf('loader2') },
      {
        ...details,
        catalog: 'AwsDataCatalog',
        workgroup: 'primary',
      },
    );
    expect({
      missing: await codes('validate_permissions', keyOf('loader2')),
      empty: (await run('validate_permissions', { ...details, catalog: 'empty' })).warnings.map(({ cause }) => cause),
      lost: lost.errors.map(({ cause }) => cause),
    }).toEqual({
      missing: [
        ['PERMISSION_MISSING', 'AWS denied athena:GetDataCatalog'],
        ['PERMISSION_MISSING', 'AWS denied athena:ListDatabases'],
      ],
      empty: ['athena:ListDatabases lists nothing'],
      lost: ['athena:GetDataCatalog', 'athena:ListDatabases'],
    });
  });
});
