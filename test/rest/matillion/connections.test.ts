import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { createConnection } from '../../../src/operations/connections/create-connection.ts';
import { rest } from '../../support/gateway/rest-client.ts';
import { CLOSED, LOCATION, type MatillionWorld, openMatillion } from './world.ts';

let world: MatillionWorld;
beforeAll(async () => {
  world = await openMatillion();
});
afterAll(() => world?.gateway.close());

describe('a connection', () => {
  test('is added with an id, shown without it, and removed, after which its name is free', async () => {
    const added = await world.add('crm-prod');
    const shown = await world.get('crm-prod');
    const again = await world.add('crm-prod');
    const removed = await world.ask('DELETE', '/connections?connectionName=crm-prod');
    const gone = await world.ask('DELETE', '/connections?connectionName=crm-prod');
    const anew = await world.add('crm-prod');
    const connection = {
      name: 'crm-prod',
      platformConnectionType: 'COMPONENT_BASIC',
      authProvider: 'NONE',
      authType: 'GENERIC_SECRET',
      connectionDetails: { description: 'CRM extract user', connectionProperties: CLOSED, secretsLocation: LOCATION },
      createdBy: expect.stringMatching(/^[0-9a-f-]{36}$/),
      createdDate: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      projectId: world.project,
    };
    expect({
      added: [added.status, added.body, added.headers.get('etag')],
      shown: [shown.status, shown.body, shown.headers.get('etag')],
      statuses: [again.status, removed.status, removed.text, gone.status, anew.status],
    }).toEqual({
      added: [201, { id: expect.stringMatching(/^[0-9a-f-]{36}$/), ...connection }, '"1"'],
      shown: [200, { page: 0, results: [connection], size: 25, total: 1 }, '"1"'],
      statuses: [409, 204, '', 404, 201],
    });
  });

  test('that GraphQL has removed frees its name, too', async () => {
    const added = await world.add('removed elsewhere');
    const removed = await world.gateway.graphql('mutation ($id: UUID!) { removeConnection(connectionId: $id) { success } }', {
      id: (added.body as { readonly id: string }).id,
    });
    const anew = await world.add('removed elsewhere');
    expect([added.status, removed.data.removeConnection, anew.status]).toEqual([201, { success: true }, 201]);
  });

  test('that another way in has made has its name here, too', async () => {
    const { services, projectId } = world.gateway.app;
    const actor = localActor(projectId, 'test', { id: 'test', ip: null, client: {} });
    await createConnection(services, actor, {
      kind: 'matillion-component-basic',
      details: { authProvider: 'NONE', authType: 'GENERIC_SECRET', connectionProperties: CLOSED },
      integration: { name: 'made elsewhere' },
      policy: { commitPolicy: 'ADVISORY' },
    });
    const shown = await world.get('made elsewhere');
    const again = await world.add('made elsewhere');
    const still = await world.get('made elsewhere');
    expect([shown.body.total, again.status, still.text === shown.text]).toEqual([1, 409, true]);
  });

  test('leaves out what it does not have, and echoes what was sent unchanged', async () => {
    const sample = { credentialSecretName: '<string>', secretKey: '<string>' };
    const added = await world.add('sample', { connectionDetails: { connectionProperties: sample } });
    const oauth = await world.add('salesforce', {
      authProvider: 'salesforce',
      authType: 'OAUTH_CLIENT_CRED',
      connectionDetails: {
        description: null,
        secretsLocation: { region: 'us-east-1', note: 'as the newest pages have it' },
        connectionProperties: { clientId: 'c', clientSecretName: 'sf-secret', environment: 'sandbox' },
      },
    });
    expect({ added: added.body.connectionDetails, oauth: oauth.body.connectionDetails }).toEqual({
      added: { connectionProperties: sample },
      oauth: {
        secretsLocation: { region: 'us-east-1', note: 'as the newest pages have it' },
        connectionProperties: { clientId: 'c', clientSecretName: 'sf-secret', environment: 'sandbox' },
      },
    });
  });

  test('is refused with all that is wrong at once, each with its path, and no value', async () => {
    const canary = 'hunter2-a-secret';
    const shape = await world.add('x', { authType: canary, platformConnectionType: undefined, connectionDetails: { description: 7 } });
    const kind = await world.add('x', { authType: 'COMPOSITE_TOKEN' });
    const cloud = await world.add('x', { platformConnectionType: 'CLOUD_PLATFORM_CREDENTIALS', authProvider: 'ibm' });
    const properties = await world.add('x', {
      connectionDetails: { connectionProperties: { secretKey: '', password: canary, [canary]: 'y' } },
    });
    const open = await world.add('x', {
      platformConnectionType: 'DWH',
      connectionDetails: { connectionProperties: { accessToken: canary, accessTokenName: 'a', n: 'y'.repeat(257) } },
    });
    const answers = [shape, kind, cloud, properties, open];
    expect({
      statuses: answers.map(({ status }) => status),
      types: [...new Set(answers.map(({ headers }) => headers.get('content-type')))],
      shown: answers.filter(({ text }) => text.includes(canary)),
      violations: answers.map(({ body }) => body.violations.map((one: string) => one.split(':')[0])),
      told: { title: shape.body.title, type: shape.body.type, instance: shape.body.instance },
    }).toEqual({
      statuses: [400, 400, 400, 400, 400],
      types: ['application/problem+json; charset=utf-8'],
      shown: [],
      violations: [
        ['authType', 'platformConnectionType', 'connectionDetails.description'],
        ['authType'],
        ['authProvider'],
        [
          'connectionDetails.connectionProperties.secretKey',
          'connectionDetails.connectionProperties.password',
          'connectionDetails.connectionProperties.?',
          'connectionDetails.connectionProperties.secretName',
        ],
        ['connectionDetails.connectionProperties.n', 'connectionDetails.connectionProperties.accessToken'],
      ],
      told: { title: 'Bad Request', type: 'about:blank', instance: `/dpc/v1/projects/${world.project}/connections` },
    });
  });

  test('is one of a list that a URL of 16 KiB holds, and a longer URL is refused as a problem', async () => {
    await world.add('in a long list');
    const path = (length: number) => {
      const start = `/dpc/v1/projects/${world.project}/connections?connectionNames=in%20a%20long%20list,`;
      return `${start}${'x'.repeat(length - start.length)}`;
    };
    const token = world.gateway.owner;
    const long = await rest(world.gateway, `GET ${path(16_384)}`, { token });
    const longer = await rest(world.gateway, `GET ${path(16_385)}`, { token });
    expect({
      long: [long.status, long.body.total],
      longer: [longer.status, longer.headers.get('content-type'), longer.body.violations],
    }).toEqual({
      long: [200, 1],
      longer: [400, 'application/problem+json; charset=utf-8', ['url: The path and its query are larger than 16 KiB.']],
    });
  });

  test('has a name of 1 to 255 characters', async () => {
    const statuses = [];
    for (const name of ['n'.repeat(255), 'n'.repeat(256), '', 'a\u0007b', undefined])
      statuses.push((await world.add(name as string)).status);
    expect(statuses).toEqual([201, 400, 400, 400, 400]);
  });
});

describe('lists', () => {
  test('are filtered by names, providers and type, all of them, and say the size that was asked for', async () => {
    const own = await openMatillion();
    for (const name of ['c', 'a', 'b']) await own.add(name);
    await own.add('aws', {
      platformConnectionType: 'CLOUD_PLATFORM_CREDENTIALS',
      authProvider: 'aws',
      authType: 'CLOUD_PROVIDER_SECRET',
      connectionDetails: { connectionProperties: { credentialSecretName: 'k' } },
    });
    const of = async (query: string) => {
      const { body } = await own.ask('GET', `/connections?${query}`);
      return { ...body, results: body.results.map(({ name }: { readonly name: string }) => name) };
    };
    const answers = {
      all: await of(''),
      second: await of('page=1&size=3'),
      past: await of('page=9&size=3'),
      named: await of('connectionNames=b,c&connectionNames=aws,nobody'),
      both: await of('connectionNames=b,aws&authProvider=NONE'),
      type: await of('platformConnectionType=CLOUD_PLATFORM_CREDENTIALS'),
    };
    const bad = [];
    for (const query of [
      'page=-1',
      'size=0',
      'size=101',
      'size=x',
      'page=1&page=2',
      'platformConnectionType=X',
      'platformConnectionType=DWH&platformConnectionType=DWH',
    ])
      bad.push((await own.ask('GET', `/connections?${query}`)).status);
    await own.gateway.close();
    expect({ ...answers, bad }).toEqual({
      all: { page: 0, results: ['a', 'aws', 'b', 'c'], size: 25, total: 4 },
      second: { page: 1, results: ['c'], size: 3, total: 4 },
      past: { page: 9, results: [], size: 3, total: 4 },
      named: { page: 0, results: ['aws', 'b', 'c'], size: 25, total: 3 },
      both: { page: 0, results: ['b'], size: 25, total: 1 },
      type: { page: 0, results: ['aws'], size: 25, total: 1 },
      bad: [400, 400, 400, 400, 400, 400, 400],
    });
  });
});

describe('other ways in', () => {
  test('a connection of this dialect is an ordinary one, and one made elsewhere shows here by its name', async () => {
    await world.add('shared');
    const { data } = await world.gateway.graphql(
      '{ connections(first: 20) { edges { node { name kind policy { commitPolicy } currentVersion { version label } } } } }',
    );
    const seen = data.connections.edges.map(({ node }: { readonly node: { readonly name: string } }) => node);
    const details = { authProvider: 'x', authType: 'GENERIC_SECRET', connectionProperties: JSON.stringify({ dsnName: 'd' }) };
    const staged = await world.gateway.graphql(
      'mutation ($d: MatillionDwhConnectionDetails!) { testMatillionDwhCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
      { d: details },
    );
    await world.gateway.graphql(
      'mutation ($k: String!) { addConnection(connectionType: "matillion-dwh", key: $k, name: "from GraphQL") { connection { uuid } } }',
      { k: staged.data.testMatillionDwhCredentialsV2.key },
    );
    const shown = await world.get('from GraphQL');
    expect({ seen: seen.find(({ name }: { readonly name: string }) => name === 'shared'), shown: shown.body.results }).toMatchObject({
      seen: { kind: 'matillion-component-basic', policy: { commitPolicy: 'ADVISORY' }, currentVersion: { version: 1, label: 'CURRENT' } },
      shown: [
        {
          name: 'from GraphQL',
          platformConnectionType: 'DWH',
          authProvider: 'x',
          connectionDetails: { connectionProperties: { dsnName: 'd' } },
        },
      ],
    });
  });
});

describe('what is asked for before a connection is', () => {
  test('who calls, what they may, and which project it is, in this order', async () => {
    const [viewer, job] = [await world.gateway.token('viewer'), await world.gateway.token('job')];
    const elsewhere = '9a1f0c52-77aa-4f0e-9d51-2f6f3c0b8e11';
    const at = (project: string, token: typeof viewer | null) =>
      rest(world.gateway, `PUT /dpc/v1/projects/${project}/connections`, { token, body: '{' });
    const admin = await world.gateway.token('admin');
    const answers = [
      await at('UPPER', null),
      await at('UPPER', viewer),
      await at('UPPER', admin),
      await at(elsewhere, admin),
      await at(world.project, admin),
    ];
    const read = await world.ask('GET', '/connections', undefined, { token: viewer });
    const leaseOnly = await world.ask('GET', '/connections', undefined, { token: job });
    expect({
      statuses: answers.map(({ status }) => status),
      challenge: answers[0]?.headers.get('www-authenticate'),
      last: answers[4]?.body.violations,
      plain: answers[4]?.body.detail,
      read: read.status,
      leaseOnly: leaseOnly.status,
    }).toEqual({
      statuses: [401, 403, 400, 404, 400],
      challenge: 'Bearer',
      last: ['connectionName: is required'],
      plain: expect.stringContaining('?connectionName='),
      read: 200,
      leaseOnly: 403,
    });
  });

  test('paths that are not served are problems, too', async () => {
    const admin = await world.gateway.token('admin');
    const answers = [
      await rest(world.gateway, 'GET /dpc/v1/secrets/my-secret/secret-value', { token: admin }),
      await rest(world.gateway, `PUT /dpc/v1/projects`, { token: admin, body: {} }),
      await world.ask('POST', '/connections', `{"name": "${'x'.repeat(300_000)}"}`),
    ];
    expect(
      answers.map(({ status, headers, body }) => [
        status,
        headers.get('content-type'),
        body.violations,
        body.instance.includes('my-secret'),
      ]),
    ).toEqual([
      [404, 'application/problem+json; charset=utf-8', [], false],
      [405, 'application/problem+json; charset=utf-8', [], false],
      [413, 'application/problem+json; charset=utf-8', [], false],
    ]);
  });
});
