import { fakeAthena, fakeGlue, fakeKafka, fakeKafkaConnect, fakeS3 } from './data-services.ts';
import { REGION } from './test-account.ts';

export const CLUSTER = `arn:aws:kafka:${REGION}:123456789012:cluster/events/0b1c2d3e-0000-4000-8000-000000000001-7`;

/** What the validators of a lake's kinds ask for, in all. */
export const LAKE_ACTIONS: readonly string[] = [
  ...['GetDatabases', 'GetTables', 'GetPartitions'].map((action) => `glue:${action}`),
  ...['GetWorkGroup', 'GetDataCatalog', 'ListDatabases', 'ListTableMetadata'].map((action) => `athena:${action}`),
  ...['StartQueryExecution', 'GetQueryExecution', 'GetQueryResults'].map((action) => `athena:${action}`),
  ...['s3:ListBucket', 's3:GetObject', 'kafkaconnect:ListConnectors', 'kafkaconnect:DescribeConnector', 'kafka:DescribeClusterV2'],
];

/** A lake with one table, one bucket and one connector, as each service shows it. */
export function createLake() {
  return {
    region: REGION,
    services: {
      glue: fakeGlue({ sales: ['orders'] }),
      athena: fakeAthena({
        catalogs: { AwsDataCatalog: { sales: ['orders'] } },
        workgroups: { primary: { state: 'ENABLED', failure: null } },
      }),
      s3: fakeS3({ lake: { 'events/1.json': '{"a":1}' } }),
      kafka: fakeKafka([CLUSTER]),
      kafkaconnect: fakeKafkaConnect({ [`arn:aws:kafkaconnect:${REGION}:123456789012:connector/sink/0b1c2d3e-1`]: 'sink' }),
    },
    buckets: ['lake'],
  };
}

/** Where a gateway's own identity asks each of them. */
export function endpointsAt(url: string, ...more: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(['sts', 'glue', 'athena', 's3', 'kafka', 'kafkaconnect', ...more].map((service) => [service, url]));
}
