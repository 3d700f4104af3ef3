import { type FakeReply, type FakeRequest, startJsonServer } from './json-server.ts';

interface Options {
  /** `Authorization` headers that are let in; null lets in everybody. */
  readonly logins: readonly string[] | null;
  readonly cluster: string;
  readonly topics?: readonly string[];
  /** Where version 3 is, or null for a proxy that has version 2 alone. */
  readonly api?: '/v3' | '/kafka/v3' | null;
}

/**
 * A FAKE of Confluent's REST proxy and of Kafka REST of Confluent Cloud, made from https://docs.confluent.io/platform/current/kafka-rest and
 * the proxy's source: refusals are numbers, and version 2 is asked for by its media type.
 */
export async function startFakeKafkaRest({ logins, cluster, topics = [], api = '/v3' }: Options) {
  return await startJsonServer(({ method, url, headers }) => {
    if (logins !== null && !logins.includes(headers.authorization ?? '')) return failed(401, 40101, 'Unauthorized');
    if (method !== 'GET') return failed(405, 405, 'HTTP 405 Method Not Allowed');
    if (url.pathname === '/topics' && api === null)
      return headers.accept === 'application/vnd.kafka.v2+json'
        ? { status: 200, body: topics }
        : failed(406, 406, 'HTTP 406 Not Acceptable');
    if (api === null || !url.pathname.startsWith(`${api}/clusters`)) return failed(404, 404, 'HTTP 404 Not Found');
    const rest = decodeURIComponent(url.pathname.slice(`${api}/clusters`.length));
    const one = { kind: 'KafkaCluster', metadata: {}, cluster_id: cluster };
    if (rest === '') return { status: 200, body: { kind: 'KafkaClusterList', data: [one] } };
    if (rest === `/${cluster}`) return { status: 200, body: one };
    if (rest === `/${cluster}/topics`)
      return { status: 200, body: { kind: 'KafkaTopicList', data: topics.map((name) => ({ topic_name: name })) } };
    return failed(404, 404, 'HTTP 404 Not Found');
  });
}

interface ConnectOptions {
  readonly logins: readonly string[] | null;
  readonly cluster: string;
  readonly isRebalancing?: boolean;
}

/** A FAKE of a Kafka Connect worker, made from its REST reference and the source of its basic authentication, which answers in plain text. */
export async function startFakeConnect({ logins, cluster, isRebalancing = false }: ConnectOptions) {
  return await startJsonServer(({ method, url, headers }) => {
    if (logins !== null && !logins.includes(headers.authorization ?? ''))
      return { status: 401, body: 'User cannot access the resource.', headers: { 'content-type': 'text/plain' } };
    if (method === 'GET' && url.pathname === '/')
      return { status: 200, body: { version: '4.1.0', commit: 'c0ffee', kafka_cluster_id: cluster } };
    if (method === 'GET' && url.pathname === '/connectors')
      return isRebalancing
        ? failed(409, 409, 'Cannot complete request because of a conflicting operation')
        : { status: 200, body: ['sink'] };
    return failed(404, 404, 'HTTP 404 Not Found');
  });
}

/** A FAKE of Confluent Cloud's Connect API: only Cloud keys are taken. */
export async function startFakeConfluentConnect(keys: readonly string[], path: string) {
  return await startJsonServer(({ method, url, headers }: FakeRequest) => {
    const key = Buffer.from(String(headers.authorization).replace(/^Basic /, ''), 'base64').toString('utf8');
    if (!keys.includes(key)) return { status: 401, body: { error: { code: 401, message: 'invalid API key' } } };
    return method === 'GET' && url.pathname === `${path}/connectors` ? { status: 200, body: ['sink'] } : failed(404, 404, 'Not Found');
  });
}

function failed(status: number, code: number, message: string): FakeReply {
  return { status, body: { error_code: code, message } };
}
