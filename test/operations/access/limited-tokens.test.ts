import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestToken } from '../../support/gateway/gateway.ts';
import { codeOf, type ProtocolBench, startProtocol } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const CREATE =
  'mutation ($roles: [Role!]!, $ids: [UUID!], $days: Int) { createToken(name: "limited", roles: $roles, integrationIds: $ids, expiresInDays: $days) { secret token { id integrationIds } } }';
const REVOKE = 'mutation ($id: UUID!) { revokeToken(id: $id) { success } }';

/** Tokens that are limited to some integrations, over HTTP. */
describeOnEachEngine('tokens limited to integrations', ({ databaseUrl }) => {
  let bench: ProtocolBench;
  beforeAll(async () => {
    bench = await startProtocol(await databaseUrl());
  });
  afterAll(() => bench.close());

  async function integrationOf(id: string): Promise<string> {
    const [row] = await bench.sql(`select integration_id as id from connections where id = '${id}'`);
    return String(row?.id);
  }

  async function limited(role: string, integrationId: string, days: number | null = null): Promise<TestToken> {
    const { data } = await bench.gateway.graphql(CREATE, { roles: [role], ids: [integrationId], days });
    return { id: data.createToken.token.id, secret: data.createToken.secret };
  }

  test('it sees and changes its own integration, and nothing else exists for it', async () => {
    const { gateway, add } = bench;
    const [own, foreign] = [await add(), await add()];
    const admin = await limited('admin', await integrationOf(own));
    const show = async (id: string) => codeOf(await gateway.graphql('query ($id: UUID!) { connection(id: $id) { uuid } }', { id }, admin));
    const stage = async (id: string) =>
      codeOf(await gateway.graphql('mutation ($id: UUID!) { stageChange(connectionId: $id, changes: "{}") { key } }', { id }, admin));
    expect({
      ownShown: await show(own),
      ownStaged: await stage(own),
      foreignShown: await show(foreign),
      foreignStaged: await stage(foreign),
    }).toEqual({ ownShown: 'ok', ownStaged: 'ok', foreignShown: 'NOT_FOUND', foreignStaged: 'NOT_FOUND' });
  });

  test('it adds a connection to its own integration, and to no other', async () => {
    const { gateway, receiver, add } = bench;
    const [own, foreign] = [await integrationOf(await add()), await integrationOf(await add())];
    const admin = await limited('admin', own);
    const addTo = async (integrationId: string) => {
      const staged = await gateway.graphql(
        'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
        { d: { url: receiver.url, signingSecret: 'a signing secret of a further one' } },
        admin,
      );
      return codeOf(
        await gateway.graphql(
          'mutation ($k: String!, $dw: UUID!) { addConnection(connectionType: "webhook", key: $k, dwId: $dw) { connection { uuid } } }',
          { k: staged.data?.testWebhookCredentialsV2?.key ?? '', dw: integrationId },
          admin,
        ),
      );
    };
    expect({ own: await addTo(own), foreign: await addTo(foreign) }).toEqual({ own: 'ok', foreign: 'NOT_FOUND' });
  });

  test('its children stay within it, in reach and in time (#50)', async () => {
    const { gateway, add } = bench;
    const [own, foreign] = [await integrationOf(await add()), await integrationOf(await add())];
    const owner = await limited('owner', own, 10);
    const create = (ids: readonly string[] | null, days: number | null) => gateway.graphql(CREATE, { roles: ['viewer'], ids, days }, owner);
    const inherited = await create(null, null);
    expect({
      inherited: inherited.data.createToken.token.integrationIds,
      foreign: codeOf(await create([foreign], null)),
      none: codeOf(await create([], null)),
      longer: codeOf(await create([own], 11)),
      shorter: codeOf(await create([own], 9)),
    }).toEqual({ inherited: [own], foreign: 'NOT_FOUND', none: 'BAD_REQUEST', longer: 'FORBIDDEN', shorter: 'ok' });
  });

  test('as an owner it neither sees nor ends tokens that reach further, nor reads the audit of the whole project', async () => {
    const { gateway, add } = bench;
    const own = await integrationOf(await add());
    const owner = await limited('owner', own);
    const child = await limited('viewer', own);
    const seen = (await gateway.graphql('{ tokens { id integrationIds } }', {}, owner)).data.tokens as readonly TokenRow[];
    expect({
      seesItsOwn: seen.every(({ integrationIds }) => integrationIds?.join() === own),
      stranger: codeOf(await gateway.graphql(REVOKE, { id: gateway.owner.id }, owner)),
      child: codeOf(await gateway.graphql(REVOKE, { id: child.id }, owner)),
      audit: codeOf(await gateway.graphql('{ auditLog { edges { node { id } } } }', {}, owner)),
    }).toEqual({ seesItsOwn: true, stranger: 'NOT_FOUND', child: 'ok', audit: 'FORBIDDEN' });
  });

  test('the last owner of the whole project stays, whatever limited ones there are, also of two that end each other at once (#51)', async () => {
    const { gateway, add } = bench;
    await limited('owner', await integrationOf(await add()));
    const second = await gateway.token('owner');
    const codes = (
      await Promise.all([gateway.graphql(REVOKE, { id: second.id }), gateway.graphql(REVOKE, { id: gateway.owner.id }, second)])
    ).map(codeOf);
    const left = codes[0] === 'ok' ? gateway.owner : second;
    expect({
      codes: codes.filter((code) => code === 'ok').length,
      afterwards: codeOf(await gateway.graphql(REVOKE, { id: left.id }, left)),
    }).toEqual({ codes: 1, afterwards: 'FORBIDDEN' });
  });
});

interface TokenRow {
  readonly integrationIds: readonly string[] | null;
}
