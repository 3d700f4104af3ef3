import { z } from 'zod';
import { authorization, fields, REFUSALS, rules } from '../families/kafka/operated-kafka.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import { problem } from '../kits/problems.ts';

const SERVER = z.object({ version: z.string(), commit: z.string().nullish(), kafka_cluster_id: z.string().nullish() });

/** A Kafka Connect cluster: https://docs.confluent.io/platform/current/connect/references/restapi.html */
export default defineHttpConnector({
  kind: 'self-hosted-kafka-connect',
  title: 'Kafka Connect',
  category: 'streaming',
  fields,
  rules,
  lead: { createInput: 'SelfHostedKafkaConnectCredentialsInput', tests: [{ field: 'testSelfHostedKafkaConnectCredentials' }] },
  speaks: "Kafka Connect's REST API",
  leastPrivileges: [
    'Kafka Connect has no roles of its own: let the proxy in front of it allow GET on /, /connectors and what is below it.',
  ],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  baseUrl: ({ url }) => url,
  auth: (details) => ({ header: authorization(details) }),
  async probe(session, { credentials: { cluster } }) {
    const { version, kafka_cluster_id: id = null } = await askServer(session);
    await session.ask('/connectors', z.array(z.string()));
    return { data: { returnedData: { version, cluster: id } }, warnings: id === null || id === cluster ? [] : [OTHER_CLUSTER] };
  },
  async identity(session) {
    return { who: { cluster: (await askServer(session)).kafka_cluster_id ?? null } };
  },
  refusals: REFUSALS,
  describes: { validate_connection: 'Asks which server answers and of which Kafka cluster it is, and lists connectors.' },
});

async function askServer(session: HttpSession) {
  return await session.ask('/', SERVER);
}

/** Some name a Connect cluster by a name of their own. */
const OTHER_CLUSTER = problem(
  'SKIPPED',
  'the server names another Kafka cluster',
  'The server is of a Kafka cluster of another id than cluster says.',
  'Nothing needs to be done where cluster is a name of your own.',
);
