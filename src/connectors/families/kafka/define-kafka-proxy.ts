import { z } from 'zod';
import { defineHttpConnector, type HttpConnectorDefinition } from '../../kits/define-http-connector.ts';
import type { HttpSession } from '../../kits/http/http-session.ts';
import { nullOn } from '../../kits/http/null-on.ts';
import type { SignedIn } from '../../kits/http/sign-in.ts';
import { problem, refusal } from '../../kits/problems.ts';
import { authorization, fields, REFUSALS, rules } from './operated-kafka.ts';

interface ProxySession extends HttpSession {
  /** Where version 3 of the API is, or null for a proxy that has version 2 alone; with the clusters that it knows. */
  readonly api: string | null;
  readonly clusters: readonly string[];
}

/** A Kafka behind Confluent's REST proxy: https://docs.confluent.io/platform/current/kafka-rest/api.html */
export function defineKafkaProxy(own: Pick<HttpConnectorDefinition<typeof fields>, 'kind' | 'title' | 'lead'>) {
  return defineHttpConnector({
    ...own,
    lead: { createInput: 'SelfHostedKafkaCredentialsInput', ...own.lead },
    called: 'The REST proxy',
    category: 'streaming',
    fields,
    rules,
    speaks: "the Kafka REST proxy's API, version 3 or 2",
    leastPrivileges: [
      "kafka-acls --bootstrap-server <broker> --add --allow-principal User:<principal of the proxy> --operation Describe --topic '*'",
      'kafka-acls --bootstrap-server <broker> --add --allow-principal User:<principal of the proxy> --operation Describe --cluster',
    ],
    tested: { against: 'fake', what: 'a fake of that API', client: null },
    baseUrl: ({ url }) => url,
    signIn: async ({ open }, details) => await findApi(open(authorization(details))),
    async probe({ api, clusters }, { credentials: { cluster } }) {
      if (api !== null && !clusters.includes(cluster))
        throw refusal(
          'DATABASE_NOT_FOUND',
          'the cluster is not among those of the proxy',
          'The proxy serves another cluster.',
          'Check cluster and url.',
        );
      return { data: { returnedData: { clusters } }, warnings: api === null ? [NOT_COMPARED] : [] };
    },
    identity: async ({ clusters }) => ({ who: { clusters } }),
    async permissions(session, { credentials: { cluster } }) {
      const topics = await listTopics(session, cluster);
      return topics === 0 ? { warnings: [NO_TOPICS] } : {};
    },
    refusals: REFUSALS,
    describes: {
      validate_connection:
        'Asks the proxy for its clusters, and finds this one. What the brokers allow is what they allow the proxy, unless it passes logins on.',
    },
  });
}

const CLUSTERS = z.object({ data: z.array(z.object({ cluster_id: z.string() })) });
const TOPICS = z.array(z.string());
const V2 = { accept: 'application/vnd.kafka.v2+json' };

async function findApi(session: HttpSession): Promise<SignedIn<ProxySession>> {
  // A broker with a proxy of its own has it below /kafka.
  for (const api of ['/v3', '/kafka/v3']) {
    const found = await nullOn([404], session.ask(`${api}/clusters`, CLUSTERS));
    if (found !== null) return { session: { ...session, api, clusters: found.data.map(({ cluster_id: id }) => id) } };
  }
  await session.ask({ path: '/topics', headers: V2 }, TOPICS);
  return { session: { ...session, api: null, clusters: [] } };
}

async function listTopics(session: ProxySession, cluster: string): Promise<number> {
  if (session.api === null) return (await session.ask({ path: '/topics', headers: V2 }, TOPICS)).length;
  const path = `${session.api}/clusters/${encodeURIComponent(cluster)}/topics`;
  return (await session.ask(path, z.object({ data: z.array(z.unknown()) }))).data.length;
}

const NOT_COMPARED = problem(
  'SKIPPED',
  'the proxy has version 2 of the API alone',
  'The proxy works, and does not say which cluster it serves.',
  'Check by hand that it serves the one that cluster names.',
);

const NO_TOPICS = problem(
  'PERMISSION_MISSING',
  'no topic is visible',
  'The login sees no topic of the cluster: lists hold what it may describe.',
  'Give it Describe on the topics, unless there are none.',
);
