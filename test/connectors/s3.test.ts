import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { fakeS3 } from '../support/fakes/aws/data-services.ts';
import { startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import { keyOf, originOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';

const OBJECTS = { "events/2026 (ü)/it's & <1>.json": '{"a":1}', 'hollow/none': '', 'top.csv': 'a,b' };
const aws = await startFakeAws({
  users: [userOf('loader', ['s3:ListBucket', 's3:GetObject']), userOf('lister', ['s3:ListBucket']), userOf('outsider', [])],
  region: REGION,
  services: { s3: fakeS3({ 'lake.of.tests': OBJECTS, empty: {} }) },
  buckets: ['lake.of.tests', 'empty'],
});
const pool = createTestPool();
afterAll(async () => {
  aws.close();
  await pool.close();
});

const at = (origin: string) => ({ s3Endpoint: origin, stsEndpoint: origin });
const place = { bucket: 'lake.of.tests', ...at(aws.url) };
const details = { ...place, ...keyOf('loader') };

describeConnector('s3', {
  good: () => details,
  at: (host, port) => ({ ...details, ...at(originOf(host, port)), awsRegion: 'eu-central-1' }),
  withSecret: (canary) => ({ ...details, secretAccessKey: canary }),
});

describe('s3', () => {
  const run = (validator: string, given: Details, current: Details | null = null) => runValidator(pool, 's3', validator, given, current);
  const codes = async (validator: string, given: Details) =>
    (await run(validator, { ...details, ...given })).errors.map(({ code, cause }) => [code, cause]);

  test.each([[undefined], ['events/'], ['hollow/']])('an object below the prefix %s is read, whatever its key is', async (prefix) => {
    const outcome = await run('validate_permissions', { ...details, prefix });
    expect({ status: outcome.status, errors: outcome.errors }).toEqual({ status: 'passed', errors: [] });
  });

  test('each thing that may be wrong has a code', async () => {
    expect({
      noBucket: await codes('validate_connection', { bucket: 'nowhere' }),
      noBucketInRegion: await codes('validate_connection', { bucket: 'nowhere', awsRegion: REGION }),
      denied: await codes('validate_connection', keyOf('outsider')),
      mayNotRead: await codes('validate_permissions', keyOf('lister')),
      nothing: (await run('validate_permissions', { ...details, bucket: 'empty' })).warnings.map(({ cause }) => cause),
    }).toEqual({
      noBucket: [['DATABASE_NOT_FOUND', 'S3 answered with not found']],
      noBucketInRegion: [['DATABASE_NOT_FOUND', 'AWS answered s3:ListBucket with not found']],
      denied: [['ACCESS_DENIED', 'AWS denied s3:ListBucket']],
      mayNotRead: [['PERMISSION_MISSING', 'AWS denied s3:GetObject']],
      nothing: ['no object was listed'],
    });
  });

  test('reading is lost where the identity in use may read', async () => {
    const lost = await run('validate_permission_parity', { ...place, ...keyOf('lister') }, details);
    expect(lost.errors.map(({ code, cause }) => [code, cause])).toEqual([['PERMISSION_LOST', 's3:GetObject']]);
  });

  test('hive-s3 is what a client may call it', () => {
    expect(catalogue.find('HIVE_S3')?.kind).toBe('s3');
  });
});
