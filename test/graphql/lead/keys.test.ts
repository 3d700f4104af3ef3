import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestToken } from '../../support/gateway/gateway.ts';
import { ACQUIRE, codeOf, DAY, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const CREATE_KEY =
  'mutation ($d: String!, $s: IntegrationKeyScope!, $i: [UUID]) { createIntegrationKey(description: $d, scope: $s, warehouseIds: $i) { key { id secret } } }';
const KEYS =
  'query ($s: String, $r: UUID) { getIntegrationKeys(scope: $s, resourceUuid: $r) { id description scope warehouses { uuid } createdBy { firstName } } }';
const DELETE_KEY = 'mutation ($id: String!) { deleteIntegrationKey(keyId: $id) { deleted } }';
const SERVICE =
  'mutation ($c: String, $n: String, $d: Int, $g: [String], $t: String) { createOrUpdateServiceApiToken(comment: $c, displayName: $n, expirationInDays: $d, groups: $g, tokenId: $t) { accessToken { id token } } }';
const METADATA =
  'query ($i: AccessKeyIndexEnum!, $s: Boolean) { getTokenMetadata(index: $i, isServiceApiToken: $s) { id email comment groups createdBy isServiceApiToken expirationTime } }';
const ME = '{ getUser { email role } }';

/** The lead API's keys and tokens, as its clients make, list and end them. */
describeOnEachEngine('keys of the lead API', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  const integrationOf = async (id: string) =>
    String((await bench.sql(`select integration_id as id from connections where id = '${id}'`))[0]?.id);

  async function createKey(description: string, ids: readonly string[] | null): Promise<TestToken> {
    const { data } = await bench.gateway.graphql(CREATE_KEY, { d: description, s: 'Spark', i: ids });
    return data.createIntegrationKey.key;
  }

  async function createService(given: object): Promise<TestToken> {
    const { data } = await bench.gateway.graphql(SERVICE, given);
    const { id, token } = data.createOrUpdateServiceApiToken.accessToken;
    return { id, secret: token };
  }

  test('an integration key leases the connections of its integrations, and can do nothing else, until it is deleted', async () => {
    const { gateway, add } = bench;
    const [own, foreign] = [await add(), await add()];
    const key = await createKey('nightly', [await integrationOf(own)]);
    const lease = async (id: string) => codeOf(await gateway.graphql(ACQUIRE, { id }, key));
    const before = {
      own: await lease(own),
      foreign: await lease(foreign),
      reads: codeOf(await gateway.graphql('{ tokens { id } }', {}, key)),
    };
    const deleted = (await gateway.graphql(DELETE_KEY, { id: key.id })).data.deleteIntegrationKey.deleted;
    expect({ ...before, length: key.secret.length, deleted, after: await lease(own) }).toEqual({
      own: 'ok',
      foreign: 'NOT_FOUND',
      reads: 'FORBIDDEN',
      length: 56,
      deleted: true,
      after: 'UNAUTHENTICATED',
    });
  });

  test('live keys are listed by scope and by integration, with who made them', async () => {
    const { gateway, add } = bench;
    const integration = await integrationOf(await add());
    const key = await createKey('listed', [integration]);
    const gone = await createKey('gone', [integration]);
    await gateway.graphql(DELETE_KEY, { id: gone.id });
    const list = async (given: object) => (await gateway.graphql(KEYS, given)).data.getIntegrationKeys;
    expect({
      ofIntegration: await list({ r: integration }),
      ofScope: (await list({ s: 'Spark', r: integration })).length,
      ofOther: await list({ s: 'MCP', r: integration }),
      unknown: codeOf(await gateway.graphql(KEYS, { s: 'spark' })),
    }).toEqual({
      ofIntegration: [
        { id: key.id, description: 'listed', scope: 'Spark', warehouses: [{ uuid: integration }], createdBy: { firstName: 'first owner' } },
      ],
      ofScope: 1,
      ofOther: [],
      unknown: 'BAD_REQUEST',
    });
  });

  test('a key for no integration, for one that there is not, or that is none is refused by name', async () => {
    const { gateway } = bench;
    const other = await bench.gateway.token('viewer');
    const create = async (ids: readonly unknown[]) => {
      const { errors } = await gateway.graphql(CREATE_KEY, { d: 'k', s: 'MCP', i: ids });
      return `${errors?.[0]?.extensions.code} ${errors?.[0]?.extensions.path ?? ''}`;
    };
    expect({
      none: await create([]),
      nulls: await create([null]),
      foreign: await create([other.id]),
      deleteToken: codeOf(await gateway.graphql(DELETE_KEY, { id: other.id })),
      deleteText: codeOf(await gateway.graphql(DELETE_KEY, { id: "'; drop" })),
    }).toEqual({
      none: 'BAD_REQUEST warehouseIds',
      nulls: 'BAD_REQUEST warehouseIds',
      foreign: 'NOT_FOUND warehouseIds.0',
      deleteToken: 'NOT_FOUND',
      deleteText: 'NOT_FOUND',
    });
  });

  test('a key of integrations beyond reach is refused in the words for one that there is not', async () => {
    const { gateway, add } = bench;
    const [own, foreign] = [await integrationOf(await add()), await integrationOf(await add())];
    const { data } = await gateway.graphql(
      'mutation ($i: [UUID!]) { createToken(name: "limited owner", roles: [owner], integrationIds: $i) { secret token { id } } }',
      { i: [own] },
    );
    const limited = { id: data.createToken.token.id, secret: data.createToken.secret };
    const refusalOf = async (id: string) => {
      const [error] = (await gateway.graphql(DELETE_KEY, { id }, limited)).errors ?? [];
      return { code: error?.extensions.code, message: error?.message };
    };
    const none = { code: 'NOT_FOUND', message: 'No such integration key.' };
    expect({
      foreign: await refusalOf((await createKey('out of reach', [foreign])).id),
      nowhere: await refusalOf(gateway.app.services.newId()),
    }).toEqual({ foreign: none, nowhere: none });
  });

  test('a service token gets the roles that its groups name, which change while its secret stays', async () => {
    const { gateway } = bench;
    const token = await createService({ n: 'loader', c: 'for loads', g: ['editor', 'job'] });
    const role = async () => (await gateway.graphql(ME, {}, token)).data?.getUser?.role ?? null;
    const before = await role();
    const changed = (await gateway.graphql(SERVICE, { t: token.id, n: 'loader 2', g: ['viewer'], d: 3 })).data
      .createOrUpdateServiceApiToken;
    const metadata = (await gateway.graphql(METADATA, { i: 'account', s: true })).data.getTokenMetadata;
    const after = await role();
    bench.clock.advance(3 * DAY);
    expect({
      before,
      changed,
      after,
      metadata: metadata.find(({ id }: { id: string }) => id === token.id),
      ended: codeOf(await gateway.graphql(ME, {}, token)),
      late: codeOf(await gateway.graphql(SERVICE, { t: token.id, d: 3 })),
    }).toEqual({
      before: 'editor job',
      changed: { accessToken: { id: token.id, token: null } },
      after: 'viewer',
      metadata: {
        id: token.id,
        email: 'loader 2',
        comment: 'for loads',
        groups: ['viewer'],
        createdBy: 'first owner',
        isServiceApiToken: true,
        expirationTime: expect.any(String),
      },
      ended: 'UNAUTHENTICATED',
      late: 'NOT_FOUND',
    });
  });

  test('without groups a service token may read, and unknown groups, personal tokens and keys are refused', async () => {
    const { gateway } = bench;
    const { data } = await gateway.graphql('mutation { createAccessToken(expirationInDays: 1) { accessToken { id token } } }');
    const key = await createKey('no service', null);
    const change = async (given: object) => codeOf(await gateway.graphql(SERVICE, given));
    const token = await createService({ n: 'reader' });
    expect({
      role: (await gateway.graphql(ME, {}, token)).data.getUser.role,
      unknown: await change({ n: 'x', g: ['everyone'] }),
      empty: await change({ n: 'x', g: [null] }),
      personal: await change({ t: data.createAccessToken.accessToken.id, g: ['viewer'] }),
      key: await change({ t: key.id, g: ['viewer'] }),
    }).toEqual({ role: 'viewer', unknown: 'BAD_REQUEST', empty: 'BAD_REQUEST', personal: 'NOT_FOUND', key: 'NOT_FOUND' });
  });

  test('of two owners who demote each other at once one stays an owner (#51)', async () => {
    const fresh = await startProtocol(await databaseUrl());
    try {
      const { gateway } = fresh;
      const owner = async (name: string) => {
        const { id, token } = (await gateway.graphql(SERVICE, { n: name, g: ['owner'] })).data.createOrUpdateServiceApiToken.accessToken;
        return { id, secret: token };
      };
      const [a, b] = [await owner('a'), await owner('b')];
      await gateway.graphql('mutation ($id: String!) { deleteAccessToken(tokenId: $id) { success } }', { id: gateway.owner.id }, a);
      const demote = async (as: TestToken, id: string) => codeOf(await gateway.graphql(SERVICE, { t: id, g: ['viewer'] }, as));
      const codes = await Promise.all([demote(a, b.id), demote(b, a.id)]);
      const roles = [await gateway.graphql(ME, {}, a), await gateway.graphql(ME, {}, b)].map(({ data }) => data.getUser.role);
      expect({ done: codes.filter((code) => code === 'ok').length, owners: roles.filter((role) => role === 'owner').length }).toEqual({
        done: 1,
        owners: 1,
      });
    } finally {
      await fresh.close();
    }
  });

  test('the caller sees the tokens that it is and has made, and no key', async () => {
    const fresh = await startProtocol(await databaseUrl());
    try {
      const { gateway } = fresh;
      const { data } = await gateway.graphql(
        'mutation { createAccessToken(comment: "mine", expirationInDays: 1) { accessToken { id token } } }',
      );
      const mine = data.createAccessToken.accessToken;
      await gateway.graphql(CREATE_KEY, { d: 'k', s: 'MCP', i: null });
      const viewer = await gateway.token('viewer');
      const see = async (token: TestToken, index: string) =>
        ((await gateway.graphql(METADATA, { i: index }, token)).data?.getTokenMetadata ?? []).map(({ id }: { id: string }) => id);
      expect({
        role: (await gateway.graphql(ME, {}, { id: mine.id, secret: mine.token })).data.getUser.role,
        ofPersonal: await see({ id: mine.id, secret: mine.token }, 'user'),
        ofViewer: await see(viewer, 'user'),
        ofOwner: (await see(gateway.owner, 'user')).toSorted(),
        people: (await gateway.graphql(METADATA, { i: 'account', s: false })).data.getTokenMetadata.map(({ id }: { id: string }) => id),
      }).toEqual({
        role: 'owner',
        ofPersonal: [mine.id],
        ofViewer: [viewer.id],
        ofOwner: [fresh.job.id, gateway.owner.id, mine.id, viewer.id].toSorted(),
        people: [mine.id],
      });
    } finally {
      await fresh.close();
    }
  });
});
