import { z } from 'zod';
import { CLUSTER, keyFields } from '../families/kafka/confluent-key.ts';
import { KAFKA_REFUSALS } from '../families/kafka/kafka-refusals.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { urlField } from '../kits/fields.ts';
import { problem } from '../kits/problems.ts';

/** Kafka REST of Confluent Cloud: https://docs.confluent.io/cloud/current/api.html */
export default defineHttpConnector({
  kind: 'confluent-kafka',
  title: 'Confluent Cloud Kafka',
  called: 'Confluent Cloud',
  category: 'streaming',
  fields: {
    cluster: CLUSTER,
    ...keyFields('API key of this very cluster, or a global one.'),
    url: urlField('URL', 'REST endpoint of the cluster, such as https://pkc-00000.eu-west-1.aws.confluent.cloud:443.'),
  },
  lead: { createInput: 'ConfluentKafkaCredentialsInput', tests: [{ field: 'testConfluentKafkaCredentials' }] },
  speaks: 'the Kafka REST API, version 3',
  leastPrivileges: [
    'confluent iam rbac role-binding create --principal User:<owner of the key> --role DeveloperRead --resource Topic:* --environment <environment> --cloud-cluster <cluster>',
  ],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  baseUrl: ({ url, cluster }) => `${new URL(url).origin}/kafka/v3/clusters/${cluster}`,
  auth: ({ apiKey, secret: password }) => ({ basic: { user: apiKey, password } }),
  probe: { path: '', answer: z.object({ kind: z.literal('KafkaCluster'), cluster_id: z.string() }) },
  async permissions(session) {
    const { data } = await session.ask('/topics', z.object({ data: z.array(z.unknown()) }));
    return data.length === 0 ? { warnings: [NO_TOPICS] } : {};
  },
  refusals: KAFKA_REFUSALS,
  describes: { validate_connection: 'Signs in with the key and reads the cluster.' },
});

const NO_TOPICS = problem(
  'PERMISSION_MISSING',
  'no topic is visible',
  'The key sees no topic of the cluster: lists hold what its owner may describe.',
  'Give the owner of the key the role DeveloperRead on the topics, unless there are none.',
);
