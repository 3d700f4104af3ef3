import { describe, expect, test } from 'vitest';
import { rest } from '../../support/gateway/rest-client.ts';
import { CUSTOM, INTEGRATIONS, positWorld, SECRET } from './posit-world.ts';

const world = positWorld();
const { ask, create } = world;

test('anybody may ask whether it is there, and its version', async () => {
  const ping = await rest(world.gateway, 'GET /__ping__', { token: null });
  const settings = await ask('GET /server_settings', { token: null });
  expect([ping.status, ping.body, settings.status, settings.body]).toEqual([200, {}, 200, { version: '2025.09.0' }]);
});

test('every token is a user, by Key and by Bearer in any case, with the role that fits', async () => {
  const roles = [];
  for (const role of ['admin', 'editor', 'viewer', 'job'] as const) {
    const token = world.tokens[role];
    const { body } = await ask('GET /v1/user', { token: null, headers: { authorization: `bEARER ${token.secret}` } });
    roles.push([body.guid === token.id, body.user_role]);
  }
  expect(roles).toEqual([
    [true, 'administrator'],
    [true, 'publisher'],
    [true, 'viewer'],
    [true, 'viewer'],
  ]);
});

test('a key that has ended is told by its own number, and one that was revoked as a bad one', async () => {
  const { store } = world.gateway.app.services;
  const told = [];
  for (const end of ['expired', 'revoked'] as const) {
    const token = await world.gateway.token('viewer');
    await store.write(async (tx) => {
      if (end === 'revoked') await tx.tokens.revoke(token.id, await tx.now());
      else await tx.tokens.revise(token.id, { name: 'ended', comment: null, roles: ['viewer'], expiresAt: 1 });
    });
    const { status, body } = await ask('GET /v1/user', { token });
    told.push([status, body.code]);
  }
  expect(told).toEqual([
    [401, 29],
    [401, 30],
  ]);
});

test('every answer carries the correlation id of its request, or one of ours', async () => {
  const headers = { 'x-correlation-id': 'mine-1' };
  const echoed = [
    await ask('GET /v1/user', { headers }),
    await ask('GET /v1/nothing', { headers }),
    await ask('GET /server_settings', { headers }),
  ];
  const minted = await ask('GET /v1/user');
  expect({ echoed: echoed.map((one) => one.headers.get('x-correlation-id')), minted: minted.headers.get('x-correlation-id') }).toEqual({
    echoed: ['mine-1', 'mine-1', 'mine-1'],
    minted: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

test.each([
  ['an unknown path', 'GET /v1/bundles', {}, 404, 4],
  ['another method', `PUT ${INTEGRATIONS}`, {}, 405, 2],
  ['a body that is too large', `POST ${INTEGRATIONS}`, { body: `"${'x'.repeat(262_144)}"` }, 413, 2],
  ['a name that is given twice', `POST ${INTEGRATIONS}`, { body: '{"name":"a","name":"b"}' }, 400, 121],
  ['an unknown template', 'GET /v1/oauth/templates/nothing', {}, 404, 227],
  ['a session that there is not', 'GET /v1/oauth/sessions/0d4c1e52-6a0b-4a53-9d7e-2b1f4c7a9e10', {}, 404, 220],
  ['a session whose guid is none', 'DELETE /v1/oauth/sessions/7', {}, 400, 3],
] as const)('%s is told in the same form', async (_, request, options, status, code) => {
  const answer = await ask(request, options);
  expect({ status: answer.status, body: answer.body, type: answer.headers.get('content-type') }).toEqual({
    status,
    body: { code, error: expect.stringMatching(/./), payload: null },
    type: 'application/json; charset=utf-8',
  });
});

test('who may ask for what', async () => {
  const { guid } = await create();
  const asked = ['GET', 'GET one', 'POST', 'PATCH', 'DELETE', 'verify', 'associations', 'templates', 'sessions', 'all sessions'] as const;
  const requests = {
    GET: `GET ${INTEGRATIONS}`,
    'GET one': `GET ${INTEGRATIONS}/${guid}`,
    POST: `POST ${INTEGRATIONS}`,
    PATCH: `PATCH ${INTEGRATIONS}/${guid}`,
    DELETE: `DELETE ${INTEGRATIONS}/${guid}`,
    verify: `POST ${INTEGRATIONS}/${guid}/verify`,
    associations: `GET ${INTEGRATIONS}/${guid}/associations`,
    templates: 'GET /v1/oauth/templates',
    sessions: 'GET /v1/oauth/sessions',
    'all sessions': 'GET /v1/oauth/sessions?all=True',
  } as const;
  const refused: Record<string, readonly string[]> = {};
  for (const role of ['viewer', 'editor'] as const) {
    const names: string[] = [];
    for (const name of asked) {
      const { status, body } = await ask(requests[name], { token: world.tokens[role] });
      if (status === 403 && body.code === 22) names.push(name);
    }
    refused[role] = names;
  }
  const admins = ['POST', 'PATCH', 'DELETE', 'verify', 'associations', 'all sessions'];
  expect(refused).toEqual({ viewer: ['GET', 'GET one', ...admins.slice(0, 5), 'templates', 'all sessions'], editor: admins });
});

test('templates are what configs are checked by: secrets are marked, and what was called google is not listed', async () => {
  const { body } = await ask('GET /v1/oauth/templates');
  const azure = (await ask('GET /v1/oauth/templates/azure')).body;
  expect({
    ids: body.map(({ id }: { id: string }) => id),
    options: azure.options.map(({ name, type }: { name: string; type: string }) => [name, type]),
    secrets: azure.fields
      .filter(({ secret }: { secret: boolean }) => secret)
      .map((field: Record<string, unknown>) => [field.name, field.visibility_expression]),
  }).toEqual({
    ids: 'aws azure azure-openai bigquery connect custom databricks drive github msgraph salesforce sharepoint sheets snowflake vertex-ai'.split(
      ' ',
    ),
    options: [
      ['auth_mode', 'select'],
      ['auth_type', 'select'],
    ],
    secrets: [['client_secret', { name: 'auth_mode', value: 'Confidential' }]],
  });
});

describe('the same connection in other ways in', () => {
  test('an integration is a connection of its template, with what was said of it, and is renamed there', async () => {
    const { guid } = await create();
    const { data } = await world.gateway.graphql('query ($id: UUID!) { connection(id: $id) { name kind policy { commitPolicy } } }', {
      id: guid,
    });
    await world.gateway.graphql(
      'mutation ($id: UUID!) { setConnectionName(connectionId: $id, name: "renamed here") { connection { uuid } } }',
      {
        id: guid,
      },
    );
    expect({ connection: data?.connection, renamed: (await ask(`GET ${INTEGRATIONS}/${guid}`)).body.name }).toEqual({
      connection: { name: 'one', kind: 'posit-custom', policy: { commitPolicy: 'ADVISORY' } },
      renamed: 'renamed here',
    });
  });

  test('a connection that GraphQL made is an integration', async () => {
    const staged = await world.gateway.graphql(
      'mutation ($d: PositCustomConnectionDetails!) { testPositCustomCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
      {
        d: { authType: 'Service Account', clientId: 'client', clientSecret: SECRET, tokenUri: `${world.provider.url}/token` },
      },
    );
    const added = await world.gateway.graphql(
      'mutation ($k: String!) { addConnection(connectionType: "posit-custom", key: $k, name: "by hand") { connection { uuid } } }',
      { k: staged.data?.testPositCustomCredentialsV2?.key ?? '' },
    );
    const { body } = await ask(`GET ${INTEGRATIONS}/${added.data?.addConnection?.connection.uuid}`);
    expect({ name: body.name, type: body.auth_type, config: body.config, template: body.template }).toEqual({
      name: 'by hand',
      type: 'Service Account',
      config: { auth_type: 'Service Account', client_id: 'client', token_uri: `${world.provider.url}/token` },
      template: 'custom',
    });
  });
});

test('whoever validates is warned of scopes that log users out again and again; clients of Posit see nothing of it', async () => {
  const made = await ask(`POST ${INTEGRATIONS}`, {
    body: { template: 'custom', config: { ...CUSTOM, token_uri: `${world.provider.url}/token` } },
  });
  const validate = async (guid: string) => {
    const { data } = await world.gateway.graphql(
      'query ($id: UUID!) { testExistingConnectionV2(connectionId: $id, validationName: "validate_connection") { success warnings { code resolution } } }',
      { id: guid },
    );
    return data.testExistingConnectionV2;
  };
  const before = await validate(made.body.guid);
  await ask(`PATCH ${INTEGRATIONS}/${made.body.guid}`, { body: { config: { scopes: 'a offline_access' } } });
  expect({ told: made.text.includes('offline_access'), before, after: await validate(made.body.guid) }).toEqual({
    told: false,
    before: { success: true, warnings: [{ code: 'PERMISSION_MISSING', resolution: 'Add offline_access or refresh_token to scopes.' }] },
    after: { success: true, warnings: [] },
  });
});

test('there are no OAuth sessions, for anybody, also when content has exchanged its session token; what is asked of one is answered as of none', async () => {
  const { guid, sessionToken } = await world.register();
  const { guid: account } = await world.account();
  await ask(`PUT /v1/content/${guid}/oauth/integrations/associations`, { body: [{ oauth_integration_guid: account }] });
  const exchanged = await ask(`POST ${INTEGRATIONS}/credentials`, {
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:posit:connect:content-session-token',
      subject_token: sessionToken,
    }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  const told = [];
  for (const [request, token] of [
    ['GET /v1/oauth/sessions', 'viewer'],
    ['GET /v1/oauth/sessions?all=True', 'admin'],
    ['GET /v1/oauth/sessions?all=false', 'viewer'],
    ['GET /v1/oauth/sessions?all=TRUE', 'editor'],
    ['GET /v1/oauth/sessions?all=perhaps', 'admin'],
    [`GET /v1/oauth/sessions/${guid}`, 'admin'],
    [`DELETE /v1/oauth/sessions/${guid}`, 'viewer'],
    ['DELETE /v1/oauth/sessions/7', 'admin'],
  ] as const) {
    const { status, body } = await ask(request, { token: world.tokens[token] });
    told.push([status, body.code ?? body]);
  }
  expect({ exchanged: exchanged.status, told }).toEqual({
    exchanged: 200,
    told: [
      [200, []],
      [200, []],
      [200, []],
      [403, 22],
      [400, 2],
      [404, 220],
      [404, 220],
      [400, 3],
    ],
  });
});

test('no answer holds a secret, wherever it was sent', async () => {
  const answers = [
    await ask(`POST ${INTEGRATIONS}`, { body: { template: SECRET, config: { [SECRET]: SECRET } } }),
    await ask(`POST ${INTEGRATIONS}`, { body: { template: 'custom', config: { ...CUSTOM, auth_mode: SECRET } } }),
    await ask(`POST ${INTEGRATIONS}`, { body: { template: 'custom', config: { ...CUSTOM, token_uri: `https://u:${SECRET}@h` } } }),
    await ask(`POST ${INTEGRATIONS}`, { body: { [SECRET]: 1, template: 'custom' } }),
    await ask(`POST ${INTEGRATIONS}`, { body: `${SECRET}` }),
    await ask(`GET ${INTEGRATIONS}/${SECRET}`),
    await ask(`GET /v1/oauth/templates/${SECRET}`),
    await ask(`GET /v1/oauth/sessions?all=${SECRET}`),
    await ask(`POST ${INTEGRATIONS}/credentials`, {
      body: `subject_token=${SECRET}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }),
  ];
  expect(answers.map(({ status, text }) => [status >= 400 && status < 500, text.includes(SECRET)])).toEqual(
    answers.map(() => [true, false]),
  );
});
