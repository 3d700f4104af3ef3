import { z } from 'zod';
import { setting } from '../../domain/connector/field.ts';
import { awsEndpoint, awsIdentityFields, awsPlaceFields, roleArn } from '../kits/aws/aws-identity.ts';
import { awsKeyRules, keyOrRole, ownEndpoints } from '../kits/aws/aws-rules.ts';
import { defineAwsConnector } from '../kits/aws/define-aws-connector.ts';
import { word } from '../kits/fields.ts';
import { onlyWith } from '../kits/rules.ts';

const { assumableRole: _, ...keyFields } = awsIdentityFields;

const fields = {
  clusterArn: setting(word(/^arn:aws[a-z-]*:kafka:[a-z0-9-]+:\d{12}:cluster\/[\w.-]+\/[\w-]+$/, 'must be the ARN of a cluster', 512), {
    endpoint: { part: (value) => (value === undefined ? null : regionOf(value)) },
    identity: true,
    title: 'Cluster',
    description: 'ARN of the MSK cluster, which says the region that is asked.',
  }),
  ...keyFields,
  iamRoleArn: setting(roleArn(), {
    identity: true,
    title: 'Role',
    description:
      "ARN of a role that is assumed first: by the access key, or without one by the gateway's own identity, where the operator granted the project this role.",
  }),
  kafkaConnectEndpoint: awsEndpoint('MSK Connect'),
  kafkaEndpoint: awsEndpoint('MSK'),
  stsEndpoint: awsPlaceFields.stsEndpoint,
};

const CONNECTORS = z.object({ connectors: z.array(z.object({ connectorArn: z.string(), connectorName: z.string() })) });

/** https://docs.aws.amazon.com/MSKC/latest/mskc/Welcome.html */
export default defineAwsConnector({
  kind: 'msk-kafka-connect',
  title: 'Amazon MSK Connect',
  category: 'streaming',
  lead: { createInput: 'MskKafkaConnectCredentialsInput', tests: [{ field: 'testMskKafkaConnectCredentials' }] },
  fields,
  rules: [
    keyOrRole('iamRoleArn'),
    ...awsKeyRules,
    onlyWith('externalId', 'iamRoleArn'),
    ownEndpoints('kafkaConnectEndpoint', 'kafkaEndpoint', 'stsEndpoint'),
  ],
  leastPrivileges: [
    'An IAM policy with kafkaconnect:ListConnectors, kafkaconnect:DescribeConnector, kafka:DescribeClusterV2 and kafka:ListClustersV2.',
  ],
  tested: { against: 'fake', what: 'a fake of AWS that checks signatures, trusts and permissions', client: 'boto3' },
  endpoints: ({ kafkaConnectEndpoint: kafkaconnect, kafkaEndpoint: kafka, stsEndpoint: sts }) => ({ kafkaconnect, kafka, sts }),
  region: ({ credentials }) => regionOf(credentials.clusterArn),
  role: ({ iamRoleArn: arn, externalId }) => ({ arn, externalId }),
  on: ['clusterArn'],
  connection: (session) => session.rest('kafkaconnect', 'ListConnectors', { path: '/v1/connectors?maxResults=1' }, CONNECTORS),
  async actions(session, { clusterArn }, attempt) {
    const list = await attempt('kafkaconnect:ListConnectors', () =>
      session.rest('kafkaconnect', 'ListConnectors', { path: '/v1/connectors?maxResults=1' }, CONNECTORS),
    );
    const first = list?.connectors[0];
    if (first !== undefined)
      await attempt('kafkaconnect:DescribeConnector', () =>
        session.rest(
          'kafkaconnect',
          'DescribeConnector',
          { path: `/v1/connectors/${encodeURIComponent(first.connectorArn)}` },
          z.object({}),
        ),
      );
    await attempt('kafka:DescribeClusterV2', () =>
      session.rest('kafka', 'DescribeClusterV2', { path: `/api/v2/clusters/${encodeURIComponent(clusterArn)}` }, CLUSTER),
    );
    return first === undefined ? {} : { data: { returnedData: { connector: first.connectorName } } };
  },
});

const CLUSTER = z.object({ clusterInfo: z.object({ clusterArn: z.string() }) });

function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}
