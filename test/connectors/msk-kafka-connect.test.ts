import { afterAll, describe, expect, test } from 'vitest';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { createTestPool, runValidator } from '../support/connectors/validate.ts';
import { fakeKafka, fakeKafkaConnect } from '../support/fakes/aws/data-services.ts';
import { startFakeAws } from '../support/fakes/aws/fake-aws.ts';
import { arnOf, keyOf, originOf, REGION, userOf } from '../support/fakes/aws/test-account.ts';

const ALL = ['kafkaconnect:ListConnectors', 'kafkaconnect:DescribeConnector', 'kafka:DescribeClusterV2'];
const CLUSTER = `arn:aws:kafka:${REGION}:123456789012:cluster/events/0b1c2d3e-0000-4000-8000-000000000001-7`;
const ROLE = arnOf('role', 'connect-reader');
const aws = await startFakeAws({
  users: [userOf('loader', ALL), userOf('lister', ['kafkaconnect:ListConnectors']), userOf('assumer', ['sts:AssumeRole'])],
  roles: [{ arn: ROLE, trusts: [arnOf('user', 'teams/data/assumer')], externalId: 'ours', allow: ALL }],
  region: REGION,
  services: {
    kafka: fakeKafka([CLUSTER]),
    kafkaconnect: fakeKafkaConnect({ [`arn:aws:kafkaconnect:${REGION}:123456789012:connector/sink/0b1c2d3e-1`]: 'sink' }),
  },
});
const pool = createTestPool();
afterAll(async () => {
  aws.close();
  await pool.close();
});

const at = (origin: string) => ({ kafkaConnectEndpoint: origin, kafkaEndpoint: origin, stsEndpoint: origin });
const place = { clusterArn: CLUSTER, ...at(aws.url) };
const details = { ...place, ...keyOf('loader') };

describeConnector('msk-kafka-connect', {
  good: () => details,
  at: (host, port) => ({ ...details, ...at(originOf(host, port)), clusterArn: CLUSTER.replace(REGION, 'eu-central-1') }),
  withSecret: (canary) => ({ ...details, secretAccessKey: canary }),
});

describe('msk-kafka-connect', () => {
  const run = (validator: string, given: Details, current: Details | null = null) =>
    runValidator(pool, 'msk-kafka-connect', validator, given, current);

  test('a role is assumed with its external id, and looks at connectors and cluster', async () => {
    aws.asked.length = 0;
    const given = { ...place, ...keyOf('assumer'), iamRoleArn: ROLE, externalId: 'ours' };
    const outcome = await run('validate_permissions', given);
    expect({ errors: outcome.errors, data: outcome.data, asked: aws.asked }).toEqual({
      errors: [],
      data: { returnedData: { connector: 'sink' } },
      asked: ['sts:AssumeRole', ...ALL],
    });
  });

  test('an action that is missing and a cluster that is not there are named', async () => {
    const missing = await run('validate_permissions', { ...place, ...keyOf('lister') });
    const nowhere = await run('validate_permissions', { ...details, clusterArn: `${CLUSTER}1` });
    expect({ missing: missing.errors, nowhere: nowhere.errors }).toMatchObject({
      missing: [
        { code: 'PERMISSION_MISSING', cause: 'AWS denied kafkaconnect:DescribeConnector' },
        { code: 'PERMISSION_MISSING', cause: 'AWS denied kafka:DescribeClusterV2' },
      ],
      nowhere: [{ code: 'DATABASE_NOT_FOUND', cause: 'AWS answered kafka:DescribeClusterV2 with not found' }],
    });
  });

  test.each([
    ['neither a key nor a role', { accessKeyId: undefined, secretAccessKey: undefined }, 'accessKeyId'],
    [
      'an address of its own for the gateway',
      { accessKeyId: undefined, secretAccessKey: undefined, iamRoleArn: ROLE },
      'kafkaConnectEndpoint',
    ],
    ['an external id without a role', { externalId: 'ours' }, 'externalId'],
    ['the ARN of something else', { clusterArn: ROLE }, 'clusterArn'],
  ])('%s is refused by the name of a field', async (_, changed, path) => {
    await expect(run('validate_connection', { ...details, ...changed })).rejects.toMatchObject({ code: 'BAD_REQUEST', details: { path } });
  });
});
