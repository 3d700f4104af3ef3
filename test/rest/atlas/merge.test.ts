import { describe, expect, test } from 'vitest';
import { detailsOf, type Merged, replacementOf } from '../../../src/rest/atlas/fields/merge.ts';
import { type AtlasService, SERVICES } from '../../../src/rest/atlas/fields/services.ts';

const KEY = '0123456789abcdef0123456789ab41be';
const MASK = '****************************41be';

function service(type: string): AtlasService {
  const found = SERVICES.find((one) => one.type === type);
  if (found === undefined) throw new Error(`no service ${type}`);
  return found;
}

const problemsOf = (merged: Merged) => ('problems' in merged ? merged.problems.map(({ code, field }) => `${field} ${code}`) : []);
const create = (type: string, body: object) => detailsOf(service(type), { ...body });
const replace = (type: string, stored: object, body: object) => replacementOf(service(type), { ...stored }, { ...body });

describe('the body of a POST', () => {
  test('sets what is given and the defaults of the rest; what is of other services is left out', () => {
    const flat = { type: 'PAGER_DUTY', id: null, serviceKey: KEY, sendDatabaseMetrics: false, apiKey: 'x', scheme: 'https' };
    expect({ given: create('PAGER_DUTY', { ...flat, region: 'EU' }), usual: create('PAGER_DUTY', flat) }).toEqual({
      given: { changes: { serviceKey: KEY, region: 'EU' } },
      usual: { changes: { serviceKey: KEY, region: 'US' } },
    });
  });

  test('a URL that is a secret brings its origin with it', () => {
    expect(create('MICROSOFT_TEAMS', { microsoftTeamsWebhookUrl: 'https://Acme.example.com:443/a@b' })).toEqual({
      changes: { url: 'https://Acme.example.com:443/a@b', origin: 'https://acme.example.com' },
    });
  });

  test.each([
    ['PAGER_DUTY', {}, ['serviceKey MISSING_ATTRIBUTE']],
    ['PAGER_DUTY', { serviceKey: '' }, ['serviceKey MISSING_ATTRIBUTE']],
    ['PAGER_DUTY', { serviceKey: null }, ['serviceKey MISSING_ATTRIBUTE']],
    ['PAGER_DUTY', { serviceKey: 'short' }, ['serviceKey INVALID_PAGER_DUTY_SERVICE_KEY']],
    ['DATADOG', { apiKey: `${KEY}0` }, ['apiKey INVALID_DATADOG_API_KEY']],
    ['DATADOG', { apiKey: MASK }, ['apiKey INTEGRATION_FIELDS_INVALID']],
    ['DATADOG', { apiKey: KEY, region: 'MARS' }, ['region INVALID_ENUM_VALUE']],
    ['DATADOG', { apiKey: KEY, sendDatabaseMetrics: 'yes' }, ['sendDatabaseMetrics INVALID_JSON_ATTRIBUTE']],
    ['DATADOG', { apiKey: KEY, customEndpoint: 'https://x.test' }, ['customEndpoint INTEGRATION_FIELDS_INVALID']],
    ['DATADOG', { apiKey: 1 }, ['apiKey INVALID_JSON_ATTRIBUTE']],
    ['DATADOG', { apiKey: KEY, apikey: 'typo' }, ['apikey INVALID_ATTRIBUTE']],
    ['DATADOG', { apiKey: KEY, type: 'SLACK' }, ['type INVALID_ATTRIBUTE']],
    ['DATADOG', { apiKey: KEY, id: 7 }, ['id INVALID_JSON_ATTRIBUTE']],
    ['WEBHOOK', { url: 'ftp://x.test' }, ['url INVALID_URL']],
    ['WEBHOOK', { url: '/relative' }, ['url INVALID_URL']],
    ['MICROSOFT_TEAMS', { microsoftTeamsWebhookUrl: 'http://x.test/a' }, ['microsoftTeamsWebhookUrl INVALID_URL']],
    ['SLACK', { apiToken: 'xoxb' }, ['channelName MISSING_ATTRIBUTE']],
    ['SLACK', { apiToken: 'xoxb', channelName: 'x'.repeat(81) }, ['channelName INTEGRATION_FIELDS_INVALID']],
    [
      'PROMETHEUS',
      { username: 'u', password: 'p', serviceDiscovery: 'dns', enabled: 1 },
      ['serviceDiscovery INVALID_ENUM_VALUE', 'enabled INVALID_JSON_ATTRIBUTE'],
    ],
    [
      'NEW_RELIC',
      { accountId: '12', licenseKey: 'A'.repeat(40) },
      [
        'accountId INTEGRATION_FIELDS_INVALID',
        'licenseKey INTEGRATION_FIELDS_INVALID',
        'readToken MISSING_ATTRIBUTE',
        'writeToken MISSING_ATTRIBUTE',
      ],
    ],
  ] as const)('%s %j is refused, with every field that is wrong, in the order of the table', (type, body, problems) => {
    expect(problemsOf(create(type, body))).toEqual(problems);
  });

  test('a switch that is new and off, and what is empty, is no mistake', () => {
    expect(create('SLACK', { apiToken: 'xoxb', channelName: null, newSwitch: false, other: null, third: '' })).toEqual({
      changes: { apiToken: 'xoxb' },
    });
  });
});

describe('the body of a PUT', () => {
  const datadog = { apiKey: MASK };
  const webhook = { url: 'https://h.test/****x9k2', secret: '****5678', headersTemplate: '******' };

  test.each([
    ['its own mask keeps the secret', 'DATADOG', datadog, { apiKey: MASK, region: 'EU' }, { region: 'EU' }],
    ['what is absent keeps a required secret', 'DATADOG', datadog, { region: 'EU' }, { region: 'EU' }],
    ['null keeps a required secret', 'DATADOG', datadog, { apiKey: null }, { region: 'US' }],
    ['a value replaces it', 'DATADOG', datadog, { apiKey: KEY }, { apiKey: KEY, region: 'US' }],
    ["a webhook's secret goes when it is left out", 'WEBHOOK', webhook, { url: webhook.url }, { secret: null }],
    ["a webhook's secret stays by its mask", 'WEBHOOK', webhook, { url: webhook.url, secret: '****5678' }, {}],
    ['null clears a template', 'WEBHOOK', webhook, { secret: '****5678', headersTemplate: null }, { headersTemplate: null }],
    ['an empty text clears a template', 'WEBHOOK', webhook, { secret: '****5678', headersTemplate: '' }, { headersTemplate: null }],
    ['what was never set stays so', 'WEBHOOK', { url: webhook.url }, { secret: null, bodyTemplate: '' }, {}],
    [
      'a password has no mask',
      'PROMETHEUS',
      { password: null },
      { username: 'u', serviceDiscovery: 'http', enabled: false, password: '******' },
      { username: 'u', serviceDiscovery: 'http', enabled: false, password: '******', sendUserProvidedResourceTagsEnabled: false },
    ],
    ['a routing key goes when it is left out', 'VICTOR_OPS', { apiKey: '****5678' }, {}, { routingKey: null }],
    ['a channel may be null', 'SLACK', { apiToken: '****5678' }, { channelName: null }, { channelName: null, teamName: null }],
  ])('%s', (_, type, stored, body, changes) => {
    const { changes: made, ...rest } = { changes: {}, ...replace(type, stored, body) };
    const switches = type === 'DATADOG' ? Object.fromEntries(Object.entries(made).filter(([name]) => !name.startsWith('send'))) : made;
    expect({ made: switches, ...rest }).toEqual({ made: changes });
  });

  test("DATADOG's switches are reset where they are left out", () => {
    expect(replace('DATADOG', datadog, { apiKey: MASK })).toEqual({
      changes: {
        region: 'US',
        sendCollectionLatencyMetrics: false,
        sendDatabaseMetrics: false,
        sendQueryStatsMetrics: false,
        sendShardingMetrics: null,
        sendUserProvidedResourceTags: false,
      },
    });
  });

  test.each([
    ['DATADOG', { apiKey: '****************************0000' }, ['apiKey INTEGRATION_FIELDS_INVALID']],
    ['DATADOG', { apiKey: '****' }, ['apiKey INTEGRATION_FIELDS_INVALID']],
    ['DATADOG', { apiKey: '' }, ['apiKey MISSING_ATTRIBUTE']],
    ['WEBHOOK', { url: 'https://h.test/****0000' }, ['url INTEGRATION_FIELDS_INVALID']],
    ['SLACK', {}, ['channelName MISSING_ATTRIBUTE']],
    ['PROMETHEUS', { username: 'u' }, ['serviceDiscovery MISSING_ATTRIBUTE', 'enabled MISSING_ATTRIBUTE']],
  ])('%s %j is refused', (type, body, problems) => {
    const stored = { apiKey: MASK, url: webhook.url, apiToken: '****5678', password: null };
    expect(problemsOf(replace(type, stored, body))).toEqual(problems);
  });
});
