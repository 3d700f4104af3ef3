import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Connection, Version } from '../../../src/domain/connection/connection.ts';
import { permissionsOf } from '../../../src/domain/token/roles.ts';
import { AnswerBudget } from '../../../src/graphql/plugins/budget/answer-budget.ts';
import { MOST_VERSIONS, versionsOf } from '../../../src/graphql/schema/connections/versions-of.ts';
import type { Context } from '../../../src/graphql/schema/context.ts';
import {
  addWebhook,
  COMMIT,
  type Receiver,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
} from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
let receiver: Receiver;
beforeAll(async () => {
  [gateway, receiver] = [await startGateway(), await startReceiver()];
});
afterAll(async () => {
  await gateway.close();
  receiver.close();
});

describe('versions', () => {
  let id: string;
  const VERSIONS =
    'query ($id: UUID!, $first: Int, $before: Int) { connection(id: $id) { versions(first: $first, before: $before) { version } } }';
  const versions = async (args: object) => {
    const { data, errors } = await gateway.graphql(VERSIONS, { id, ...args });
    return errors?.map(({ extensions }) => extensions.code) ?? data.connection.versions.map(({ version }: { version: number }) => version);
  };
  const addVersions = async (name: string, count: number): Promise<string> => {
    const added = await addWebhook(gateway, receiver, name);
    for (let index = 2; index <= count; index += 1) {
      const key = await stageSecret(gateway, added, `a signing secret of version ${index}`);
      await gateway.graphql(COMMIT, { key, id: added });
    }
    return added;
  };
  beforeAll(async () => {
    id = await addVersions('versions', 5);
  });

  test('are listed whole, or page by page, newest first', async () => {
    expect({
      whole: await versions({}),
      first: await versions({ first: 2 }),
      second: await versions({ first: 2, before: 4 }),
      last: await versions({ first: 2, before: 2 }),
      beyond: await versions({ first: 2, before: 1 }),
      none: await versions({ first: 0 }),
      many: await versions({ first: 101 }),
    }).toEqual({
      whole: [5, 4, 3, 2, 1],
      first: [5, 4],
      second: [3, 2],
      last: [1],
      beyond: [],
      none: ['BAD_REQUEST'],
      many: ['BAD_REQUEST'],
    });
  });

  /** A connection with so many versions. */
  const list = async (count: number) => {
    const read = async (_: unknown, __: unknown, { limit, before }: { readonly limit: number; readonly before: number | null }) =>
      Array.from({ length: Math.min(limit, (before ?? count + 1) - 1) }, (_, index) => ({
        version: (before ?? count + 1) - 1 - index,
        settings: {},
      }));
    // What is asked of it here is the budget, the actor's rights and one reader.
    const context = {
      answer: new AnswerBudget(new AbortController()),
      actor: { projectId: 'p', integrationIds: null, permissions: permissionsOf(['viewer']) },
      services: { store: { read: { versions: { list: read } } } },
    } as unknown as Context;
    return await versionsOf({ id: 'c' } as Connection, {}, context).then(
      (found: readonly Version[]) => ({ newest: found[0]?.version, oldest: found.at(-1)?.version, count: found.length }),
      (error: { readonly code: string; readonly message: string }) => ({
        code: error.code,
        paged: error.message.includes('versions(first: 100, before: …)'),
      }),
    );
  };

  test.each([
    [99, { newest: 99, oldest: 1, count: 99 }],
    [100, { newest: 100, oldest: 1, count: 100 }],
    [MOST_VERSIONS, { newest: MOST_VERSIONS, oldest: 1, count: MOST_VERSIONS }],
    [MOST_VERSIONS + 1, { code: 'LIMIT_EXCEEDED', paged: true }],
  ])('of which there are %i are listed whole, or it is said how to read them', async (count, expected) => {
    expect(await list(count)).toEqual(expected);
  });

  test('none that is older than many others is out of reach of a roll-back', async () => {
    const { errors, data } = await gateway.graphql(
      'mutation ($id: UUID!) { rollBackConnection(connectionId: $id, version: 1) { version } }',
      { id: await addVersions('rolled back', 5) },
    );
    expect(errors ?? data.rollBackConnection.version).toBe(6);
  });
});

test('API tokens are read page by page, each once, newest first', async () => {
  for (let index = 0; index < 7; index += 1)
    await gateway.graphql('mutation ($n: String!) { createToken(name: $n, roles: [viewer]) { token { id } } }', { n: `token ${index}` });
  const { data } = await gateway.graphql('{ tokens { name } }');
  const paged: string[] = [];
  for (let after: string | null = null, pages = 0; pages < 10; pages += 1) {
    const page = await gateway.graphql(
      'query ($after: String) { apiTokens(first: 3, after: $after) { edges { node { name } } pageInfo { hasNextPage endCursor } } }',
      { after },
    );
    paged.push(...page.data.apiTokens.edges.map(({ node }: { node: { name: string } }) => node.name));
    after = page.data.apiTokens.pageInfo.endCursor;
    if (page.data.apiTokens.pageInfo.hasNextPage === false) break;
  }
  expect(paged).toEqual(data.tokens.map(({ name }: { name: string }) => name));
});

test('an owner of some integrations reads the pages of his own tokens, whatever lies between', async () => {
  const integration = async (name: string) =>
    (
      await gateway.graphql('query ($id: UUID!) { connection(id: $id) { integrationId } }', {
        id: await addWebhook(gateway, receiver, name),
      })
    ).data.connection.integrationId;
  const [mine, other] = [await integration('mine'), await integration('other')];
  const create = async (name: string, roles: string, integrationIds: readonly string[]) =>
    (
      await gateway.graphql(
        'mutation ($n: String!, $r: [Role!]!, $i: [UUID!]) { createToken(name: $n, roles: $r, integrationIds: $i) { secret token { id } } }',
        { n: name, r: [roles], i: integrationIds },
      )
    ).data.createToken;
  const { secret, token } = await create('limited', 'owner', [mine]);
  for (let index = 0; index < 6; index += 1) await create(`seen ${index}`, 'viewer', [index % 2 === 0 ? mine : other]);
  const { data } = await gateway.graphql(
    '{ apiTokens(first: 4) { edges { node { name } } pageInfo { hasNextPage } } }',
    {},
    { id: token.id, secret },
  );
  expect(data.apiTokens).toEqual({
    edges: ['seen 4', 'seen 2', 'seen 0', 'limited'].map((name) => ({ node: { name } })),
    pageInfo: { hasNextPage: false },
  });
});
