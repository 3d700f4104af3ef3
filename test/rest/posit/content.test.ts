import { describe, expect, test } from 'vitest';
import { CUSTOM, INTEGRATIONS, positWorld, SECRET } from './posit-world.ts';

const world = positWorld();
const { ask, create, account, register } = world;
const UNKNOWN = '0d4c1e52-6a0b-4a53-9d7e-2b1f4c7a9e10';

const put = (guid: string, guids: unknown) =>
  ask(`PUT /v1/content/${guid}/oauth/integrations/associations`, {
    token: world.tokens.editor,
    body: Array.isArray(guids) ? guids.map((one) => ({ oauth_integration_guid: one, more: 1 })) : guids,
  });
const associated = async (guid: string) => (await ask(`GET /v1/content/${guid}/oauth/integrations/associations`)).body;

describe('content that is registered', () => {
  test('is read, and unknown content is not there', async () => {
    const { guid } = await register();
    const read = await ask(`GET /v1/content/${guid}?include=owner%2Ctags`);
    const unknown = await ask(`GET /v1/content/${UNKNOWN}`);
    expect([read.status, read.body.guid, read.body.name, unknown.status, unknown.body.code]).toEqual([200, guid, 'report', 404, 4]);
  });

  test('is associated with the integrations that are put, and with no others; what stays keeps its time', async () => {
    const { guid } = await register();
    const [one, two] = [await create(), await create()];
    const first = await put(guid, [one.guid]);
    const before = await associated(guid);
    await put(guid, [two.guid, one.guid]);
    const after = await associated(guid);
    const ofOne = (await ask(`GET ${INTEGRATIONS}/${one.guid}/associations`)).body;
    const counted = (await ask(`GET ${INTEGRATIONS}/${one.guid}`)).body.content_count;
    const hidden = (await ask(`GET ${INTEGRATIONS}/${one.guid}`, { token: world.tokens.editor })).body;
    await put(guid, []);
    expect({
      first: [first.status, first.text],
      order: after.map((row: Record<string, unknown>) => row.oauth_integration_guid),
      kept: after[1],
      ofOne: ofOne.map((row: Record<string, unknown>) => [row.app_guid, row.content_guid, row.oauth_integration_template]),
      counted,
      hidden: 'content_count' in hidden,
      cleared: await associated(guid),
    }).toEqual({
      first: [204, ''],
      order: [two.guid, one.guid],
      kept: before[0],
      ofOne: [[guid, guid, 'custom']],
      counted: 1,
      hidden: false,
      cleared: [],
    });
  });

  test('loses its association with an integration that is removed', async () => {
    const { guid } = await register();
    const one = await create();
    await put(guid, [one.guid]);
    await ask(`DELETE ${INTEGRATIONS}/${one.guid}`);
    expect(await associated(guid)).toEqual([]);
  });

  test('is refused what is no list, what is no integration, and one twice; nothing is changed then', async () => {
    const { guid } = await register();
    const one = await create();
    await put(guid, [one.guid]);
    const told = [];
    for (const guids of [{ oauth_integration_guid: one.guid }, [UNKNOWN], ['x'], [null], [one.guid, one.guid]])
      told.push((await put(guid, guids)).body.code);
    expect({ told, left: (await associated(guid)).length }).toEqual({ told: [87, 207, 207, 207, 258], left: 1 });
  });
});

describe('an exchange for credentials', () => {
  const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
  const CONTENT = 'urn:posit:connect:content-session-token';
  const exchange = (fields: Record<string, string>, token = world.tokens.viewer) =>
    ask(`POST ${INTEGRATIONS}/credentials`, {
      token,
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const asContent = (sessionToken: string, more = {}) =>
    exchange({ grant_type: GRANT, subject_token_type: CONTENT, subject_token: sessionToken, ...more });

  test('gives content a token of its service account, which the provider has issued just now', async () => {
    const [content, one] = [await register(), await account()];
    await put(content.guid, [one.guid]);
    const given = await asContent(content.sessionToken);
    const named = await asContent(content.sessionToken, {
      audience: one.guid,
      requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
    });
    expect({ given: [given.status, given.body], named: named.status, log: given.text.includes(SECRET) }).toEqual({
      given: [
        200,
        {
          access_token: 'token-of-client',
          issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
          token_type: 'Bearer',
          expires_in: 3599,
        },
      ],
      named: 200,
      log: false,
    });
  });

  test('is refused by the number of what is wrong', async () => {
    const [content, one, two, viewer] = [await register(), await account(), await account(), await create()];
    const other = await register('other');
    const several = await register('several');
    await put(content.guid, [viewer.guid]);
    await put(several.guid, [one.guid, two.guid]);
    const good = { grant_type: GRANT, subject_token_type: CONTENT, subject_token: content.sessionToken };
    const form = (body: string | undefined, type: string) =>
      ask(`POST ${INTEGRATIONS}/credentials`, { ...(body === undefined ? {} : { body }), headers: { 'content-type': type } });
    const told = {
      missing: await form(undefined, 'application/x-www-form-urlencoded'),
      json: await form('{}', 'application/json'),
      grant: await exchange({ ...good, grant_type: 'client_credentials' }),
      type: await exchange({ ...good, subject_token_type: 'x' }),
      noToken: await exchange({ ...good, subject_token: '' }),
      badToken: await exchange({ ...good, subject_token: 'x' }),
      forged: await exchange({
        ...good,
        subject_token: `${content.sessionToken.slice(0, -1)}${content.sessionToken.endsWith('A') ? 'Q' : 'A'}`,
      }),
      requested: await exchange({ ...good, requested_token_type: 'x' }),
      user: await exchange({ ...good, subject_token_type: 'urn:posit:connect:user-session-token' }),
      none: await asContent(other.sessionToken),
      viewer: await asContent(content.sessionToken),
      which: await asContent(several.sessionToken),
      stranger: await asContent(several.sessionToken, { audience: viewer.guid }),
      aws: await asContent(several.sessionToken, {
        audience: one.guid,
        requested_token_type: 'urn:ietf:params:aws:token-type:credentials',
      }),
    };
    expect(Object.fromEntries(Object.entries(told).map(([name, { status, body }]) => [name, [status, body.code]]))).toEqual({
      missing: [400, 210],
      json: [400, 211],
      grant: [400, 213],
      type: [400, 214],
      noToken: [400, 215],
      badToken: [400, 215],
      forged: [400, 216],
      requested: [400, 242],
      user: [400, 220],
      none: [400, 212],
      viewer: [400, 220],
      which: [400, 257],
      stranger: [400, 256],
      aws: [400, 242],
    });
  });

  test('is refused to content that is not registered any more, and where the provider refuses', async () => {
    const [content, gone] = [await register(), await register('gone')];
    const wrong = await create({
      auth_type: 'Service Account',
      client_id: 'client',
      client_secret: 'wrong',
      token_uri: `${world.provider.url}/token`,
    });
    await put(content.guid, [wrong.guid]);
    await world.gateway.graphql('mutation ($id: UUID!) { removeConsumer(id: $id) { success } }', { id: gone.guid });
    const refused = await asContent(content.sessionToken);
    world.provider.setDown(true);
    const down = await asContent(content.sessionToken);
    world.provider.setDown(false);
    const removed = (await asContent(gone.sessionToken)).body.code;
    // Content of the same guid is other content: the token of what was there before is none of its.
    await world.gateway.graphql('mutation ($id: UUID!) { registerConsumer(name: "gone", id: $id) { consumer { id } } }', { id: gone.guid });
    const anew = (await asContent(gone.sessionToken)).body.code;
    expect({ removed, anew, refused: refused.body.code, down: down.body.code }).toEqual({
      removed: 217,
      anew: 217,
      refused: 219,
      down: 235,
    });
  });
});

describe('verify', () => {
  const verify = async (guid: string) => {
    const { status, text, body } = await ask(`POST ${INTEGRATIONS}/${guid}/verify`);
    return [status, body?.code ?? text];
  };

  test('proves a service account, and nothing else', async () => {
    const good = await account();
    const bad = await create({
      auth_type: 'Service Account',
      client_id: 'client',
      client_secret: 'wrong',
      token_uri: `${world.provider.url}/token`,
    });
    const { client_secret: _, ...others } = CUSTOM;
    const secretless = await create({ ...others, auth_mode: 'Public', auth_type: 'Service Account' });
    expect({
      good: await verify(good.guid),
      bad: await verify(bad.guid),
      secretless: await verify(secretless.guid),
      ofUsers: await verify((await create(CUSTOM)).guid),
      nobody: await verify('0d4c1e52-6a0b-4a53-9d7e-2b1f4c7a9e10'),
      noGuid: await verify('7'),
    }).toEqual({
      good: [200, ''],
      bad: [400, 241],
      secretless: [400, 241],
      ofUsers: [400, 240],
      nobody: [404, 4],
      noGuid: [400, 3],
    });
  });

  test('a service account of an open template, which says so in a key that the template does not name, is one for an exchange, too', async () => {
    const config = { auth_type: 'Service Account', client_id: 'client', client_secret: 'wrong' };
    const one = await create(config, { template: 'salesforce' });
    const { guid, sessionToken } = await register('open');
    await put(guid, [one.guid]);
    const fields = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:posit:connect:content-session-token',
      subject_token: sessionToken,
      requested_token_type: 'urn:posit:connect:api-key',
    };
    const { body } = await ask(`POST ${INTEGRATIONS}/credentials`, {
      body: new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect({ type: one.auth_type, code: body.code }).toEqual({ type: 'Service Account', code: 242 });
  });
});
