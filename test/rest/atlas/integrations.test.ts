import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { RestAnswer } from '../../support/gateway/rest-client.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';
import { type AtlasBench, KEY, OTHER_KEY, startAtlas, V2_TYPE } from './bench.ts';

const BODIES = {
  DATADOG: { type: 'DATADOG', apiKey: KEY, region: 'EU' },
  PAGER_DUTY: { serviceKey: OTHER_KEY },
  SLACK: { apiToken: 'xoxb-1234567890', channelName: 'alerts' },
  NEW_RELIC: { accountId: 'a'.repeat(40), licenseKey: 'b'.repeat(40), readToken: 'a-read-token', writeToken: 'short' },
  OPS_GENIE: { apiKey: 'abcdef01-2345-6789-abcd-ef0123456789', region: 'EU' },
  VICTOR_OPS: { apiKey: 'abcdef01-2345-6789-abcd-ef0123456789', routingKey: 'team' },
  WEBHOOK: { url: 'https://hooks.example.test/services/abcx9k2', secret: '12345678901234567890123456a7d1' },
  PROMETHEUS: { username: 'prom', password: 'a-password', serviceDiscovery: 'http', enabled: true, scheme: 'https' },
  MICROSOFT_TEAMS: { microsoftTeamsWebhookUrl: 'https://acme.example.test/webhookb2/a@b/c/d1e2' },
};
const ENUM_ORDER = [
  'PAGER_DUTY',
  'SLACK',
  'DATADOG',
  'NEW_RELIC',
  'OPS_GENIE',
  'VICTOR_OPS',
  'WEBHOOK',
  'PROMETHEUS',
  'MICROSOFT_TEAMS',
] as const;

describeOnEachEngine('the integrations of a group', ({ databaseUrl }) => {
  let bench: AtlasBench;
  beforeAll(async () => {
    bench = await startAtlas({ CHANGEOVER_ATLAS_REQUESTS_AT_ONCE: '100000' }, await databaseUrl());
  });
  afterAll(() => bench.gateway.close());

  /** Has these services configured as at the beginning, whatever became of them. */
  const configure = async (...types: readonly (keyof typeof BODIES)[]) => {
    const { ask } = bench;
    for (const type of types) {
      await ask(`DELETE /${type}`);
      const { status, body } = await ask(`POST /${type}`, { body: BODIES[type] });
      expect({ type, status, errorCode: body.errorCode }).toEqual({ type, status: 200, errorCode: undefined });
    }
  };

  test('all nine services are configured, listed in the order of their types, and each with its masks', async () => {
    const { ask } = bench;
    await configure(...ENUM_ORDER);
    const { body, headers } = await ask('GET ');
    const withoutIds = body.results.map(({ id, ...rest }: { id: string }) => {
      expect(id).toMatch(/^[a-f0-9]{24}$/);
      return rest;
    });
    expect({ type: headers.get('content-type'), total: body.totalCount, results: withoutIds }).toEqual({
      type: V2_TYPE,
      total: 9,
      results: [
        { region: 'US', serviceKey: '****************************9f0c', type: 'PAGER_DUTY' },
        { apiToken: '***********7890', channelName: 'alerts', type: 'SLACK' },
        {
          apiKey: '****************************41be',
          customEndpoint: null,
          region: 'EU',
          sendCollectionLatencyMetrics: false,
          sendDatabaseMetrics: false,
          sendQueryStatsMetrics: false,
          sendUserProvidedResourceTags: false,
          type: 'DATADOG',
        },
        {
          accountId: 'a'.repeat(40),
          licenseKey: `${'*'.repeat(36)}bbbb`,
          readToken: '********oken',
          type: 'NEW_RELIC',
          writeToken: '*****',
        },
        { apiKey: `${'*'.repeat(32)}6789`, region: 'EU', type: 'OPS_GENIE' },
        { apiKey: `${'*'.repeat(32)}6789`, routingKey: 'team', type: 'VICTOR_OPS' },
        {
          bodyTemplate: null,
          headersTemplate: null,
          secret: `${'*'.repeat(26)}a7d1`,
          type: 'WEBHOOK',
          url: 'https://hooks.example.test/****x9k2',
        },
        { enabled: true, sendUserProvidedResourceTagsEnabled: false, serviceDiscovery: 'http', type: 'PROMETHEUS', username: 'prom' },
        { microsoftTeamsWebhookUrl: 'https://acme.example.test/****d1e2', type: 'MICROSOFT_TEAMS' },
      ],
    });
    expect(withoutIds.map(({ type }: { type: string }) => type)).toEqual(ENUM_ORDER);
  });

  test('what is read and sent back changes nothing, and the tag of the version stays', async () => {
    const { ask } = bench;
    await configure(...ENUM_ORDER);
    for (const type of ENUM_ORDER) {
      const before = await ask(`GET /${type}`);
      const { status, body } = await ask(`PUT /${type}`, { body: before.body });
      const after = await ask(`GET /${type}`);
      expect({ type, status, after: after.body, etag: after.headers.get('etag'), total: body.totalCount }).toEqual({
        type,
        status: 200,
        after: before.body,
        etag: before.headers.get('etag'),
        total: 9,
      });
    }
  });

  test('another secret shows in the tag and the mask, and a job gets it; the old one stays for whoever holds it', async () => {
    const { ask, gateway } = bench;
    await configure('DATADOG');
    const before = await ask('GET /DATADOG');
    const put = await ask('PUT /DATADOG', { body: { ...before.body, apiKey: OTHER_KEY, sendDatabaseMetrics: true } });
    const after = await ask('GET /DATADOG');
    expect({
      put: put.status,
      id: after.body.id,
      key: after.body.apiKey,
      flag: after.body.sendDatabaseMetrics,
      isNew: after.headers.get('etag') !== before.headers.get('etag'),
    }).toEqual({ put: 200, id: before.body.id, key: '****************************9f0c', flag: true, isNew: true });
    const { data } = await gateway.graphql('{ connections(first: 50) { edges { node { id kind } } } }');
    const { id } = data.connections.edges.find(({ node }: { node: { kind: string } }) => node.kind === 'datadog').node;
    const job = await gateway.token('job');
    const lease = await gateway.graphql(
      'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "ship") { key credentials } }',
      { id },
      job,
    );
    const { key, credentials } = lease.data.acquireLease;
    // A service that a job holds is not removed.
    await gateway.graphql('mutation ($key: String!) { releaseLease(leaseKey: $key) { id } }', { key }, job);
    expect(credentials).toMatchObject({ apiKey: OTHER_KEY, region: 'EU', sendDatabaseMetrics: true });
  });

  test('a second POST is refused with the id and what to do, and a foreign mask with its field', async () => {
    const { ask } = bench;
    await configure('PAGER_DUTY');
    const again = await ask('POST /PAGER_DUTY', { body: BODIES.PAGER_DUTY });
    const masked = await ask('PUT /PAGER_DUTY', { body: { serviceKey: '****************************0000' } });
    expect({
      again: [again.status, again.body.errorCode, again.body.parameters, /id [a-f0-9]{24}.*PUT/.test(again.body.detail)],
      masked: [masked.status, masked.body.errorCode, masked.body.badRequestDetail.fields.map(({ field }: { field: string }) => field)],
      header: masked.headers.get('x-error-code'),
    }).toEqual({
      again: [409, 'INTEGRATION_ALREADY_CONFIGURED', ['PAGER_DUTY'], true],
      masked: [400, 'INTEGRATION_FIELDS_INVALID', ['serviceKey']],
      header: 'INTEGRATION_FIELDS_INVALID',
    });
  });

  test("a webhook's host may change with its key kept, and not while a stored template would be sent there", async () => {
    const { ask } = bench;
    await configure('WEBHOOK');
    const current = (await ask('GET /WEBHOOK')).body;
    const moved = await ask('PUT /WEBHOOK', { body: { ...current, url: 'https://elsewhere.example.test/another-hook' } });
    const template = await ask('PUT /WEBHOOK', { body: { ...(await ask('GET /WEBHOOK')).body, headersTemplate: '{"X-Key":"k"}' } });
    const refused = await ask('PUT /WEBHOOK', {
      body: { ...(await ask('GET /WEBHOOK')).body, url: 'https://third.example.test/some-hook' },
    });
    const sent = await ask('PUT /WEBHOOK', { body: { url: 'https://third.example.test/some-hook', headersTemplate: '{"X-Key":"k"}' } });
    const after = (await ask('GET /WEBHOOK')).body;
    expect({
      moved: moved.status,
      template: template.status,
      refused: [refused.status, refused.body.errorCode, refused.body.badRequestDetail],
      sent: sent.status,
      after: { ...after, id: null },
    }).toEqual({
      moved: 200,
      template: 200,
      refused: [400, 'INTEGRATION_FIELDS_INVALID', { fields: [{ description: expect.any(String), field: 'headersTemplate' }] }],
      sent: 200,
      after: {
        bodyTemplate: null,
        headersTemplate: '******',
        id: null,
        type: 'WEBHOOK',
        url: 'https://third.example.test/****hook',
      },
    });
  });

  test('a removed integration is gone, and a new one has another id', async () => {
    const { ask } = bench;
    await configure('OPS_GENIE');
    const { id } = (await ask('GET /OPS_GENIE')).body;
    const removed = await ask('DELETE /OPS_GENIE');
    const gone = [await ask('GET /OPS_GENIE'), await ask('DELETE /OPS_GENIE'), await ask('PUT /OPS_GENIE', { body: BODIES.OPS_GENIE })];
    const made = await ask('POST /OPS_GENIE', { body: BODIES.OPS_GENIE });
    const again = (await ask('GET /OPS_GENIE')).body;
    expect({
      removed: [removed.status, removed.text, removed.headers.get('content-type')],
      gone: gone.map(({ status, body }) => [status, body.errorCode, body.parameters]),
      made: made.status,
      isOther: again.id !== id,
    }).toEqual({
      removed: [204, '', V2_TYPE],
      gone: gone.map(() => [404, 'INTEGRATION_NOT_CONFIGURED', ['OPS_GENIE']]),
      made: 200,
      isOther: true,
    });
  });

  test('of POSTs at the same moment one configures the service', async () => {
    const { ask } = bench;
    await ask('DELETE /VICTOR_OPS');
    const answers = await Promise.all([1, 2, 3].map(() => ask('POST /VICTOR_OPS', { body: BODIES.VICTOR_OPS })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  });

  test('PUTs at the same moment all take effect, one after the other', async () => {
    const { ask } = bench;
    await configure('VICTOR_OPS');
    const answers = await Promise.all(['a', 'b', 'c'].map((routingKey) => ask('PUT /VICTOR_OPS', { body: { routingKey } })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('a PUT replaces what another one wrote after it had looked, a secret that it leaves out, too', async () => {
    const { ask, gateway } = bench;
    const urlOf = (path: string) => `https://hooks.example.test/services/${path}`;
    await ask('DELETE /WEBHOOK');
    await ask('POST /WEBHOOK', { body: { url: urlOf('at-first') } });
    const { contents } = gateway.app.services.store.read;
    const { find } = contents;
    const between: RestAnswer[] = [];
    const looks = vi.spyOn(contents, 'find').mockImplementationOnce(async (...args) => {
      const found = await find(...args);
      between.push(await ask('PUT /WEBHOOK', { body: { url: urlOf('of-the-other'), secret: BODIES.WEBHOOK.secret } }));
      return found;
    });
    const { status } = await ask('PUT /WEBHOOK', { body: { url: urlOf('at-last') } });
    looks.mockRestore();
    const { url, secret } = (await ask('GET /WEBHOOK')).body;
    expect({ between: between.map((answer) => answer.status), status, url, secret }).toEqual({
      between: [200],
      status: 200,
      url: 'https://hooks.example.test/****last',
      secret: undefined,
    });
  });

  test('version 1.0 answers plain JSON whatever is accepted, links to itself, and creates by PUT', async () => {
    const { v1, groupId, gateway } = bench;
    await v1('DELETE /SLACK', { headers: { accept: 'application/json' } });
    const put = await v1('PUT /SLACK', { body: BODIES.SLACK, headers: { accept: '*/*' } });
    expect({ status: put.status, type: put.headers.get('content-type'), self: put.body.links[0].href }).toEqual({
      status: 200,
      type: 'application/json',
      self: `${gateway.url}/api/atlas/v1.0/groups/${groupId}/integrations/SLACK?includeCount=true&pageNum=1&itemsPerPage=100`,
    });
  });
});

describe('what is made another way', () => {
  let bench: AtlasBench;
  beforeAll(async () => {
    bench = await startAtlas();
  });
  afterAll(() => bench.gateway.close());

  const ADD = `mutation ($key: String!, $name: String) { addConnection(connectionType: "PAGER_DUTY", key: $key, name: $name, createWarehouseType: "pager-duty", isActive: false) { connection { uuid } } }`;
  const TEST = `mutation ($key: String!) { testPagerDutyCredentialsV2(validationName: "save_credentials", connectionDetails: { serviceKey: $key }) { key } }`;

  test('a connection of GraphQL shows while it is the only one of its kind, and can be changed and removed here', async () => {
    const { ask, gateway } = bench;
    const add = async (name: string) => {
      const { key } = (await gateway.graphql(TEST, { key: KEY })).data.testPagerDutyCredentialsV2;
      const { data } = await gateway.graphql(ADD, { key, name });
      return data.addConnection.connection.uuid as string;
    };
    const first = await add('first');
    const alone = await ask('GET /PAGER_DUTY');
    const put = await ask('PUT /PAGER_DUTY', { body: { serviceKey: OTHER_KEY, region: 'EU' } });
    const second = await add('second');
    const ambiguous = await ask('GET /PAGER_DUTY');
    await gateway.graphql('mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }', { id: second });
    const removed = await ask('DELETE /PAGER_DUTY');
    const { data } = await gateway.graphql('{ connections(first: 50) { edges { node { kind } } } }');
    expect({
      alone: [alone.status, alone.body.id, alone.body.serviceKey],
      put: put.body.results,
      ambiguous: ambiguous.status,
      removed: removed.status,
      left: data.connections.edges.filter(({ node }: { node: { kind: string } }) => node.kind === 'pager-duty').length,
    }).toEqual({
      alone: [200, first.replaceAll('-', '').slice(-24), '****************************41be'],
      put: [{ id: alone.body.id, region: 'EU', serviceKey: '****************************9f0c', type: 'PAGER_DUTY' }],
      ambiguous: 404,
      removed: 204,
      left: 0,
    });
  });

  test('of POSTs at the same moment one configures a service whose connection GraphQL has removed', async () => {
    const { ask, gateway } = bench;
    const post = () => ask('POST /SLACK', { body: { apiToken: 'xoxb-of-a-test', channelName: 'alerts' } });
    const made = await post();
    const { data } = await gateway.graphql('{ connections(first: 50) { edges { node { id kind } } } }');
    await gateway.graphql('mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }', {
      id: data.connections.edges.find(({ node }: { node: { kind: string } }) => node.kind === 'slack').node.id,
    });
    const again = await Promise.all([post(), post(), post()]);
    const { status } = await ask('GET /SLACK');
    expect({ made: made.status, again: again.map((answer) => answer.status).toSorted(), status }).toEqual({
      made: 200,
      again: [200, 409, 409],
      status: 200,
    });
  });
});
