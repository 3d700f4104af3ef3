import { z } from 'zod';
import { setting } from '../../domain/connector/field.ts';
import { CLUSTER, keyFields } from '../families/kafka/confluent-key.ts';
import { KAFKA_REFUSALS } from '../families/kafka/kafka-refusals.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { defaultUrl, word } from '../kits/fields.ts';
import { says } from '../kits/problems.ts';

/** Managed connectors of Confluent Cloud: https://docs.confluent.io/cloud/current/connectors/connect-api-section.html */
export default defineHttpConnector({
  kind: 'confluent-kafka-connect',
  title: 'Confluent Cloud Connect',
  called: 'Confluent Cloud',
  category: 'streaming',
  fields: {
    confluentEnv: setting(word(/^[\w-]+$/, 'must be the id of an environment'), {
      identity: true,
      title: 'Environment',
      description: 'Id of the environment, such as env-00000.',
    }),
    cluster: CLUSTER,
    ...keyFields('A Cloud API key: the key of a cluster is refused.'),
    url: defaultUrl('https://api.confluent.cloud', 'URL', 'Address of the API, https://api.confluent.cloud unless given.'),
  },
  lead: { createInput: 'ConfluentKafkaConnectCredentialsInput', tests: [{ field: 'testConfluentKafkaConnectCredentials' }] },
  speaks: 'the Connect API, version 1',
  leastPrivileges: [
    'confluent iam rbac role-binding create --principal User:<owner of the key> --role DeveloperRead --resource Connector:<connector> --environment <environment> --cloud-cluster <cluster>',
  ],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  baseUrl: ({ url, confluentEnv, cluster }) => `${new URL(url).origin}/connect/v1/environments/${confluentEnv}/clusters/${cluster}`,
  auth: ({ apiKey, secret: password }) => ({ basic: { user: apiKey, password } }),
  probe: { path: '/connectors', answer: z.array(z.string()) },
  refusals: {
    ...KAFKA_REFUSALS,
    401: says(
      'CREDENTIALS_REJECTED',
      'Confluent Cloud refused the key. It says the same of a good key that is of a cluster.',
      'Check key and secret, and that it is a Cloud API key.',
    ),
  },
  describes: { validate_connection: 'Signs in with the key and lists the connectors of the cluster.' },
});
