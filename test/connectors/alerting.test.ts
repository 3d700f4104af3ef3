import { createHmac } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { requireReentry } from '../../src/domain/connection/destination/secret-reentry.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { DomainError } from '../../src/domain/errors/errors.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import {
  startFakeDatadog,
  startFakeDiscovery,
  startFakeNewRelic,
  startFakeOpsGenie,
  startFakePagerDuty,
  startFakeSlack,
  startFakeVictorOps,
} from '../support/fakes/fake-alerting.ts';
import { startJsonServer } from '../support/fakes/json-server.ts';

const HEX = '0123456789abcdef0123456789abcdef';
const GROUP = '5f0c1a2b3c4d5e6f70819203';
const LOGIN = { username: 'prom_user', password: 'a-password-of-the-test' };
const INSIGHTS = { licenseKey: 'a-license-key', readToken: 'a-read-token' };

const pagerDuty = await startFakePagerDuty(HEX);
const slack = await startFakeSlack({ 'xoxb-good': 'good', 'xoxb-old': 'token_expired', 'xoxb-slow': 'ratelimited' });
const datadog = await startFakeDatadog(HEX);
const newRelic = await startFakeNewRelic(INSIGHTS);
const opsGenie = await startFakeOpsGenie({ 'an-api-key': 'API', 'a-zabbix-key': 'Zabbix' });
const victorOps = await startFakeVictorOps('a-rest-key');
const discovery = await startFakeDiscovery(GROUP, LOGIN);
const posts: { readonly signature: string | undefined; readonly body: string; readonly extra: string | undefined }[] = [];
const receiver = await startJsonServer(({ method, headers, body }) => {
  if (method === 'POST') posts.push({ body, signature: headers['x-mms-signature']?.toString(), extra: headers['x-api-key']?.toString() });
  return { status: 200, body: {} };
});
const pool = createTestPool();
afterAll(async () => {
  for (const server of [pagerDuty, slack, datadog, newRelic, opsGenie, victorOps, discovery, receiver]) server.close();
  await pool.close();
});
beforeEach(() => posts.splice(0));

const at = (details: Details) => (host: string, port: number) => ({ ...details, apiUrl: `https://${host}:${port}` });

const page = { serviceKey: HEX, region: 'EU', apiUrl: pagerDuty.url };
describeConnector('pager-duty', { good: () => page, at: at(page), withSecret: (canary) => ({ ...page, serviceKey: canary }) });

const post = { apiToken: 'xoxb-good', channelName: 'alerts', apiUrl: slack.url };
describeConnector('slack', { good: () => post, at: at(post), withSecret: (canary) => ({ ...post, apiToken: canary }) });

const metrics = { apiKey: HEX, region: 'US5', apiUrl: datadog.url };
describeConnector('datadog', { good: () => metrics, at: at(metrics), withSecret: (canary) => ({ ...metrics, apiKey: canary }) });

const relic = { accountId: '1234567', ...INSIGHTS, writeToken: 'a-write-token', apiUrl: newRelic.url };
describeConnector('new-relic', {
  good: () => relic,
  at: at(relic),
  withSecret: (canary) => ({ ...relic, licenseKey: canary, readToken: canary, writeToken: canary }),
});

const genie = { apiKey: 'an-api-key', apiUrl: opsGenie.url };
describeConnector('ops-genie', { good: () => genie, at: at(genie), withSecret: (canary) => ({ ...genie, apiKey: canary }) });

const onCall = { apiKey: 'a-rest-key', routingKey: 'team-a', apiUrl: victorOps.url };
describeConnector('victor-ops', {
  good: () => onCall,
  at: at(onCall),
  withSecret: (canary) => ({ ...onCall, apiKey: canary }),
  unproven: true,
});

const scraping = { ...LOGIN, serviceDiscovery: 'http', enabled: true, groupId: GROUP, apiUrl: discovery.url };
describeConnector('prometheus', { good: () => scraping, at: at(scraping), withSecret: (canary) => ({ ...scraping, password: canary }) });

const urlAt = (origin: string, path: string) => ({ origin, url: `${origin}/${path}` });
describeConnector('microsoft-teams', {
  good: () => urlAt(receiver.url, 'workflows/a@b/invoke?sig=x'),
  at: (host, port) => urlAt(`https://${host}:${port}`, 'workflows/a@b/invoke?sig=x'),
  withSecret: (canary) => urlAt(receiver.url, canary),
  unproven: true,
});

const hook = { ...urlAt(receiver.url, 'hook'), secret: 'a signing key', headersTemplate: '{"X-Api-Key":"k1"}', bodyTemplate: '{}' };
describeConnector('atlas-webhook', {
  good: () => hook,
  at: (host, port) => ({ ...hook, ...urlAt(`https://${host}:${port}`, 'hook') }),
  withSecret: (canary) => ({ ...urlAt(receiver.url, canary), secret: canary, headersTemplate: canary, bodyTemplate: canary }),
  unproven: true,
});

describe('kinds that alert', () => {
  const codes = async (kind: string, given: Details, validator = 'validate_connection') => {
    const { errors, warnings } = await runValidator(pool, kind, validator, given);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('no check that a commit needs alerts, stores or posts anything', async () => {
    const before = { triggers: pagerDuty.seen.triggers, stored: newRelic.seen.stored, sent: victorOps.seen.sent };
    for (const [kind, given] of Object.entries({ 'pager-duty': page, 'new-relic': relic, 'victor-ops': onCall, 'atlas-webhook': hook }))
      await codes(kind, given);
    await codes('microsoft-teams', urlAt(receiver.url, 'flow'));
    expect({ triggers: pagerDuty.seen.triggers, stored: newRelic.seen.stored, sent: victorOps.seen.sent, posts }).toEqual({
      ...before,
      triggers: 0,
      stored: 0,
      posts: [],
    });
  });

  test('Slack refuses with status 200, and what it says is told apart', async () => {
    expect({
      expired: await codes('slack', { ...post, apiToken: 'xoxb-old' }),
      limited: await codes('slack', { ...post, apiToken: 'xoxb-slow' }),
      who: (await runValidator(pool, 'slack', 'validate_identity', post)).data?.returnedData,
    }).toEqual({
      expired: ['CREDENTIALS_REJECTED'],
      limited: ['RATE_LIMITED'],
      who: { ok: true, team: 'Acme', team_id: 'T01', user_id: 'U01', bot_id: 'B01' },
    });
  });

  test('a key of another type of integration is refused by Opsgenie', async () => {
    expect(await codes('ops-genie', { ...genie, apiKey: 'a-zabbix-key' })).toEqual(['CREDENTIALS_REJECTED']);
  });

  test("New Relic's read token is proven where the account is a number", async () => {
    expect({
      wrong: await codes('new-relic', { ...relic, readToken: 'wrong' }, 'validate_read_token'),
      unnumbered: await codes('new-relic', { ...relic, accountId: 'a'.repeat(40) }, 'validate_read_token'),
    }).toEqual({ wrong: ['CREDENTIALS_REJECTED'], unnumbered: ['SKIPPED'] });
  });

  test('a Prometheus login without a project is not tried, which is said', async () => {
    const { groupId: _, ...unnamed } = scraping;
    expect(await codes('prometheus', { ...unnamed, password: 'anything' })).toEqual(['SKIPPED']);
  });

  test('a delivery that is asked for is signed, and carries the headers that are given', async () => {
    expect(await codes('atlas-webhook', hook, 'validate_delivery')).toEqual([]);
    const [{ body, signature, extra } = { body: '', signature: undefined, extra: undefined }] = posts;
    expect({ signature, extra }).toEqual({ signature: createHmac('sha1', 'a signing key').update(body).digest('base64'), extra: 'k1' });
  });

  test('a URL of another origin than the one that is given beside it is refused', () => {
    expect(refusal(() => parsed('atlas-webhook', { ...hook, url: 'https://elsewhere.example.com/hook' }))).toMatchObject({
      path: 'origin',
    });
  });

  test('a new host wants what would be sent there again, and not the key that only signs', () => {
    const [before, after] = [
      parsed('atlas-webhook', hook),
      parsed('atlas-webhook', { ...hook, ...urlAt('https://elsewhere.example.com', 'hook') }),
    ];
    const given = urlAt('https://elsewhere.example.com', 'hook');
    expect(refusal(() => requireReentry(connector('atlas-webhook'), before, after, given))).toMatchObject({
      fields: ['headersTemplate', 'bodyTemplate'],
    });
  });

  test('another region of the same service keeps the key, another address does not', () => {
    const base = parsed('pager-duty', { serviceKey: HEX });
    const asked = (changes: Details) =>
      refusal(() => requireReentry(connector('pager-duty'), base, parsed('pager-duty', { ...base, ...changes }), changes));
    expect({ region: asked({ region: 'EU' }), address: asked({ apiUrl: 'https://proxy.example.com' }) }).toMatchObject({
      region: null,
      address: { fields: ['serviceKey'] },
    });
  });
});

function connector(kind: string) {
  const found = catalogue.find(kind);
  if (found === null) throw new Error(`no kind ${kind}`);
  return found;
}

function parsed(kind: string, details: Details): Details {
  return parseDetails(connector(kind), details);
}

function refusal(attempt: () => unknown): DomainError['details'] | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.details;
    throw error;
  }
}
