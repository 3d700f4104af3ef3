import { type FakeReply, startJsonServer } from './json-server.ts';

/** A FAKE of PagerDuty's Events API: a lone resolve is accepted and dropped; what alerts somebody is counted, and a test fails by it. */
export async function startFakePagerDuty(serviceKey: string, options: { readonly tls?: boolean } = {}) {
  const seen = { triggers: 0 };
  const server = await startJsonServer(({ method, url, body }) => {
    if (method !== 'POST' || url.pathname !== '/v2/enqueue') return { status: 404, body: { status: 'not found' } };
    const event = JSON.parse(body) as Record<string, unknown>;
    if (event.event_action !== 'resolve') seen.triggers += 1;
    if (event.routing_key !== serviceKey)
      return { status: 400, body: { status: 'invalid event', message: 'Event object is invalid', errors: ['Invalid routing key'] } };
    if (typeof event.dedup_key !== 'string') return { status: 400, body: { status: 'invalid event', message: 'no dedup_key' } };
    return { status: 202, body: { status: 'success', message: 'Event processed', dedup_key: event.dedup_key } };
  }, options);
  return { ...server, seen };
}

/** A FAKE of Slack's `auth.test`, which refuses with status 200. */
export async function startFakeSlack(tokens: Readonly<Record<string, string>>) {
  return await startJsonServer(({ method, url, headers }) => {
    if (method !== 'POST' || url.pathname !== '/api/auth.test') return said({ ok: false, error: 'unknown_method' });
    const outcome = tokens[(headers.authorization ?? '').replace(/^Bearer /, '')];
    if (outcome !== 'good') return said({ ok: false, error: outcome ?? 'invalid_auth' });
    return said({ ok: true, url: 'https://acme.slack.com/', team: 'Acme', team_id: 'T01', user: 'bot', user_id: 'U01', bot_id: 'B01' });
  });
}

/** A FAKE of Datadog's key validation, at one site. */
export async function startFakeDatadog(apiKey: string) {
  return await startJsonServer(({ method, url, headers }) => {
    if (method !== 'GET' || url.pathname !== '/api/v1/validate') return { status: 404, body: { errors: ['Not found'] } };
    return headers['dd-api-key'] === apiKey ? said({ valid: true }) : { status: 403, body: { errors: ['Forbidden'] } };
  });
}

/** A FAKE of New Relic's Metric API and of its query API. What is stored is counted. */
export async function startFakeNewRelic(
  { licenseKey, readToken }: { readonly licenseKey: string; readonly readToken: string },
  options: { readonly tls?: boolean } = {},
) {
  const seen = { stored: 0 };
  const server = await startJsonServer(({ method, url, headers, body }) => {
    if (method === 'POST' && url.pathname === '/metric/v1') {
      if (headers['api-key'] !== licenseKey) return { status: 403, body: '' };
      if (body !== '') seen.stored += 1;
      return { status: 202, body: { requestId: 'f0e7bfff-001a-b000-0000-01682bcf4565' } };
    }
    if (method === 'GET' && /^\/v1\/accounts\/\d+\/query$/.test(url.pathname))
      return headers['x-query-key'] === readToken
        ? said({ results: [{ constant: 1 }] })
        : { status: 401, body: { error: 'Invalid query key.' } };
    return { status: 404, body: '' };
  }, options);
  return { ...server, seen };
}

/** A FAKE of Opsgenie's authentication of an integration; `disabled` is one that is turned off. */
export async function startFakeOpsGenie(keys: Readonly<Record<string, 'API' | 'Zabbix'>>) {
  return await startJsonServer(({ method, url, headers, body }) => {
    if (method !== 'POST' || url.pathname !== '/v2/integrations/authenticate') return refused(404, 'Not found');
    const type = keys[(headers.authorization ?? '').replace(/^GenieKey /, '')];
    if (type === undefined) return refused(401, 'Key format is not valid');
    return (JSON.parse(body) as { type?: unknown }).type === type
      ? said({ result: 'Authenticated', took: 0.1 })
      : refused(422, 'Type mismatch');
  });
}

/** A FAKE of Splunk On-Call's REST endpoint. What is sent stands in the timeline, so that is counted. */
export async function startFakeVictorOps(apiKey: string) {
  const seen = { sent: 0 };
  const server = await startJsonServer(({ method, url, body }) => {
    const [, key] = /^\/integrations\/generic\/20131114\/alert\/([^/]+)\/[^/]+$/.exec(url.pathname) ?? [];
    if (method !== 'POST' || key !== apiKey) return { status: 404, body: { result: 'failure', messages: 'unknown key' } };
    seen.sent += 1;
    return said((JSON.parse(body) as { message_type?: unknown }).message_type === 'INFO' ? { result: 'success' } : { result: 'failure' });
  });
  return { ...server, seen };
}

/** A FAKE of the service discovery of a MongoDB Atlas project. */
export async function startFakeDiscovery(groupId: string, login: { readonly username: string; readonly password: string }) {
  const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
  return await startJsonServer(({ method, url, headers }) => {
    if (headers.authorization !== basic) return refused(401, 'Unauthorized');
    if (method !== 'GET' || url.pathname !== `/prometheus/v1.0/groups/${groupId}/discovery`) return refused(404, 'Not found');
    return said([{ targets: ['cluster0-shard-00-00.example.test:27018'], labels: { group_id: groupId } }]);
  });
}

function said(body: unknown): FakeReply {
  return { status: 200, body };
}

function refused(status: number, message: string): FakeReply {
  return { status, body: { message, took: 0.1, requestId: 'r' } };
}
