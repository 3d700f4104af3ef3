import { describe, expect, test } from 'vitest';
import { CUSTOM, INTEGRATIONS, positWorld, SECRET } from './posit-world.ts';

const world = positWorld();
const { ask, create } = world;
const UNKNOWN = '0d4c1e52-6a0b-4a53-9d7e-2b1f4c7a9e10';
const { client_secret: _, ...SHOWN } = CUSTOM;

async function refusal(guid: string, body: unknown, more = {}) {
  const { status, body: told } = await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body, ...more });
  return [status, told.code];
}

describe('an integration', () => {
  test('is made with 200, read as it was made, and listed in the order it was made, without its secret', async () => {
    const first = await ask(`POST ${INTEGRATIONS}`, { body: { name: 'first', description: null, template: 'custom', config: CUSTOM } });
    const second = await create();
    const read = await ask(`GET ${INTEGRATIONS}/${first.body.guid}`);
    const listed = await ask(`GET ${INTEGRATIONS}`);
    expect({
      status: first.status,
      type: first.headers.get('content-type'),
      made: first.body,
      sameWhenRead: read.text === first.text,
      listed: listed.body
        .map(({ guid }: { guid: string }) => guid)
        .filter((guid: string) => guid === first.body.guid || guid === second.guid),
      quotes: [first, read, listed].some(({ text }) => text.includes(SECRET)),
    }).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
      made: {
        id: expect.stringMatching(/^\d+$/),
        guid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        created_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        updated_time: first.body.created_time,
        name: 'first',
        description: null,
        template: 'custom',
        auth_type: 'Viewer',
        config: SHOWN,
        permissions: [],
        environment_variables: [],
        content_count: 0,
      },
      sameWhenRead: true,
      listed: [first.body.guid, second.guid],
      quotes: false,
    });
  });

  test('takes a new secret alone, as a version whose change names the key and leaves all else', async () => {
    const { guid } = await create();
    const rotated = await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { config: { client_secret: 'the next one' } } });
    const { data } = await world.gateway.graphql('{ auditLog(first: 20) { edges { node { action entityId details } } } }');
    const rows: readonly { action: string; entityId: string; details: object }[] = data.auditLog.edges.map(
      ({ node }: { node: object }) => node,
    );
    const committed = rows.find(({ action, entityId }) => action === 'connection.update' && entityId === guid);
    expect({ config: rotated.body.config, committed: committed?.details }).toEqual({
      config: SHOWN,
      committed: expect.objectContaining({ version: 2, changedFields: ['clientSecret'] }),
    });
  });

  test('is not changed by nothing, by nulls or by what is there already, and makes no version', async () => {
    const { guid } = await create();
    const before = await ask(`GET ${INTEGRATIONS}/${guid}`);
    const answers = [];
    for (const body of [
      {},
      [],
      { name: null, config: null },
      { config: [] },
      { config: SHOWN },
      { name: 'one', permissions: [] },
      before.body,
    ])
      answers.push((await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body })).text === before.text);
    expect(answers).toEqual(answers.map(() => true));
  });

  test('has its name and description cleared by an empty text, and its access list replaced', async () => {
    const { guid } = await create();
    const { admin, editor } = world.tokens;
    const permissions = [{ user_guid: editor.id, group_guid: null }, { user_guid: admin.id }];
    const limited = await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { name: '', description: 'd', permissions } });
    const cleared = await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { permissions: [] } });
    const audit = await world.gateway.graphql('{ auditLog(first: 20) { edges { node { action details } } } }');
    expect({
      named: [limited.body.name, limited.body.description],
      users: limited.body.permissions.map((one: Record<string, unknown>) => [one.user_guid, one.group_guid, one.integration_guid]),
      cleared: cleared.body.permissions,
      warned: audit.text.includes('open to all publishers'),
    }).toEqual({
      named: ['', 'd'],
      users: [
        [editor.id, null, guid],
        [admin.id, null, guid],
      ],
      cleared: [],
      warned: true,
    });
  });

  test('with an access list is not there for publishers who are not on it', async () => {
    const { guid } = await create();
    await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { permissions: [{ user_guid: world.tokens.admin.id }] } });
    const seen = await ask(`GET ${INTEGRATIONS}/${guid}`, { token: world.tokens.editor });
    const admin = await ask(`GET ${INTEGRATIONS}/${guid}`);
    expect([seen.status, seen.body.code, admin.status]).toEqual([404, 4, 200]);
  });

  test('is removed once, with 204 and no body, although a job holds a lease on it, which it reads on', async () => {
    const { guid } = await create();
    const lease = 'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "j") { key } }';
    const { data } = await world.gateway.graphql(lease, { id: guid }, world.tokens.job);
    const removed = await ask(`DELETE ${INTEGRATIONS}/${guid}`);
    const again = await ask(`DELETE ${INTEGRATIONS}/${guid}`);
    const read = await world.gateway.graphql(
      'mutation ($k: String!) { readLease(leaseKey: $k) { credentials } }',
      { k: data?.acquireLease?.key ?? '' },
      world.tokens.job,
    );
    expect({ removed: [removed.status, removed.text], again: [again.status, again.body.code], held: read.text.includes(SECRET) }).toEqual({
      removed: [204, ''],
      again: [404, 4],
      held: true,
    });
  });

  test('has an entity tag that If-Match is held against', async () => {
    const { guid } = await create();
    const read = await ask(`GET ${INTEGRATIONS}/${guid}`);
    const etag = read.headers.get('etag') ?? '';
    const change = (tag: string, name: string) => ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { name }, headers: { 'if-match': tag } });
    const first = await change(etag, 'renamed');
    const second = await change(etag, 'again');
    expect({ first: first.status, moved: first.headers.get('etag') !== etag, second: [second.status, second.body.code] }).toEqual({
      first: 200,
      moved: true,
      second: [412, 2],
    });
  });

  test('has its config changed by nobody who has seen an older one, where If-Match says so', async () => {
    const { guid } = await create();
    const etag = (await ask(`GET ${INTEGRATIONS}/${guid}`)).headers.get('etag') ?? '';
    const change = (scopes: string) =>
      ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { config: { scopes } }, headers: { 'if-match': etag } });
    const first = await change('a');
    const second = await change('b');
    const { body } = await ask(`GET ${INTEGRATIONS}/${guid}`);
    expect({ first: first.status, second: [second.status, second.body.code], scopes: body.config.scopes }).toEqual({
      first: 200,
      second: [412, 2],
      scopes: 'a',
    });
  });

  test('that moves needs its secrets again, those included that its template does not name', async () => {
    const secrets = { client_secret: SECRET, first_password: 'one', second_password: 'two' };
    const { guid } = await create(
      { auth_mode: 'Confidential', host: 'https://one.cloud.databricks.com', client_id: 'client', ...secrets },
      { template: 'databricks' },
    );
    const move = (given: object) =>
      ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { config: { host: 'https://two.cloud.databricks.com', ...given } } });
    const partly = await move({ client_secret: SECRET, first_password: 'one' });
    const whole = await move(secrets);
    expect({ partly: [partly.status, partly.body.code], whole: [whole.status, whole.body.config?.host] }).toEqual({
      partly: [400, 228],
      whole: [200, 'https://two.cloud.databricks.com'],
    });
  });
});

describe('what is refused, in this order', () => {
  test('no key, a bad one, a role that may not, a guid that is none, one that is unknown, a body', async () => {
    const { guid } = await create();
    const path = `PATCH ${INTEGRATIONS}` as const;
    const bad = { id: '', secret: 'chg_pat_nothing' };
    const told = [];
    const ours: string[] = [];
    for (const [at, options] of [
      [guid, { token: null, body: '{' }],
      [guid, { token: bad, body: '{' }],
      ['nothing', { token: world.tokens.editor, body: '{' }],
      ['nothing', { body: '{' }],
      [UNKNOWN, { body: '{' }],
      [guid, { body: '{' }],
      [guid, { body: '[1]' }],
      [guid, { body: { nmae: 'x' } }],
      [guid, { body: { name: 7 } }],
      [guid, { body: { guid: UNKNOWN } }],
      [guid, { body: { template: 'azure' } }],
    ] as const) {
      const { status, body } = await ask(`${path}/${at}`, options);
      told.push([status, body.code, Object.keys(body)]);
      if (/x-mcd/i.test(body.error)) ours.push(body.error);
    }
    const keys = ['code', 'error', 'payload'];
    expect({ ours, told }).toEqual({
      ours: [],
      told: [
        [401, 24, keys],
        [401, 30, keys],
        [403, 22, keys],
        [400, 3, keys],
        [404, 4, keys],
        [400, 121, keys],
        [400, 87, keys],
        [400, 87, keys],
        [400, 87, keys],
        [400, 53, keys],
        [400, 229, keys],
      ],
    });
  });

  test.each([
    ['a name that is too long', { name: 'x'.repeat(256) }, 225],
    ['a description that is too long', { description: 'x'.repeat(4097) }, 226],
    ['an unknown key', { config: { tennant_id: 'x' } }, 228],
    ['an empty secret', { config: { client_secret: '' } }, 228],
    ['a required key that is taken away', { config: { token_uri: {} } }, 228],
    ['another authentication type', { config: { auth_type: 'Service Account' } }, 238],
    ['another destination without the secret', { config: { token_uri: 'https://elsewhere.invalid/token' } }, 228],
    ['a permission of nobody', { permissions: [{}] }, 152],
    ['a user that there is not', { permissions: [{ user_guid: UNKNOWN }] }, 261],
    ['a group', { permissions: [{ group_guid: UNKNOWN }] }, 262],
    ['a member of a permission that is not known', { permissions: [{ user: UNKNOWN }] }, 87],
  ])('%s, and nothing is changed', async (_what, body, code) => {
    const { guid } = await create();
    const before = await ask(`GET ${INTEGRATIONS}/${guid}`);
    const told = await refusal(guid, body);
    const after = await ask(`GET ${INTEGRATIONS}/${guid}`);
    expect({ told, unchanged: after.text === before.text }).toEqual({ told: [400, code], unchanged: true });
  });

  test('a user twice', async () => {
    const { guid } = await create();
    const one = { user_guid: world.tokens.editor.id };
    expect(await refusal(guid, { permissions: [one, one] })).toEqual([400, 154]);
  });

  test('a template that is missing or unknown, a missing key, and what only reading shows, when one is made', async () => {
    const told = [];
    for (const body of [
      { config: CUSTOM },
      { template: 'nothing', config: {} },
      { template: 'custom', config: {} },
      { template: 'custom' },
      { template: 'custom', config: CUSTOM, guid: UNKNOWN },
    ])
      told.push((await ask(`POST ${INTEGRATIONS}`, { body })).body.code);
    expect(told).toEqual([227, 227, 228, 228, 87]);
  });
});

test('two changes of one config at the same moment are both kept', async () => {
  const { guid } = await create();
  const [one, two] = await Promise.all([
    ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { config: { scopes: 'x' } } }),
    ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: { config: { use_pkce: 'true' } } }),
  ]);
  const { body } = await ask(`GET ${INTEGRATIONS}/${guid}`);
  expect([one.status, two.status, body.config]).toEqual([200, 200, { ...SHOWN, scopes: 'x', use_pkce: true }]);
});

test('bodies are read as JSON whatever their type is said to be, or without one', async () => {
  const { guid } = await create();
  const names = [];
  for (const [name, type] of [
    ['form', 'application/x-www-form-urlencoded'],
    ['charset', 'application/json; charset=utf-8'],
    ['text', 'text/plain'],
  ] as const)
    names.push(
      (await ask(`PATCH ${INTEGRATIONS}/${guid}`, { body: JSON.stringify({ name }), headers: { 'content-type': type } })).body.name,
    );
  expect(names).toEqual(['form', 'charset', 'text']);
});
