import { type ExecutionResult, parse, subscribe } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PublishedEvent } from '../../src/domain/event/event.ts';
import { MOST_OF_TOKEN } from '../../src/domain/event/subscription-limit.ts';
import type { Actor } from '../../src/domain/token/actor.ts';
import { OperationRequest } from '../../src/graphql/operation-request.ts';
import { actorOfToken } from '../../src/operations/access/authenticate.ts';
import { createEventFeed, publishEvents } from '../../src/operations/events/event-feed.ts';
import { followEvents } from '../../src/operations/events/follow-events.ts';
import { applyRetention } from '../../src/operations/upkeep/apply-retention.ts';
import { SECRET } from '../support/gateway/gateway.ts';
import { DAY, type ProtocolBench, startProtocol } from '../support/protocol/protocol.ts';

const REQUEST = { id: 'test', ip: null, client: {} };
const ALL = { types: null, connectionId: null, after: null } as const;

/** What subscriptions are told: on the given engine. */
export function describeEvents(engine: string, databaseUrl: () => Promise<string | null>): void {
  describe(`events on ${engine}`, () => {
    let bench: ProtocolBench;
    let owner: Actor;
    let id = '';
    beforeAll(async () => {
      bench = await startProtocol(await databaseUrl());
      owner = await actorOf(bench.gateway.owner.id);
      id = await bench.add();
    });
    afterAll(() => bench.close());

    const services = () => bench.gateway.app.services;
    const actorOf = (tokenId: string) => actorOfToken(services(), tokenId, REQUEST);
    const token = async (role: string, integrationIds: readonly string[] | null = null) => {
      const { data } = await bench.gateway.graphql(
        'mutation ($role: [Role!]!, $ids: [UUID!]) { createToken(name: "follower", roles: $role, integrationIds: $ids) { token { id } } }',
        { role: [role], ids: integrationIds },
      );
      return await actorOf(data.createToken.token.id);
    };
    const follow = async (actor: Actor, filter: Partial<Parameters<typeof followEvents>[2]> = {}) => {
      const left = new AbortController();
      return { left, events: await followEvents(services(), actor, { ...ALL, ...filter }, left.signal) };
    };
    /** The cursor behind everything so far; what happened before may have been dropped by another test. */
    const newest = async () => {
      await bench.add();
      await publishEvents(services().store);
      return (await services().store.read.events.newest(owner.projectId))?.id ?? '';
    };
    const codeOf = (work: Promise<unknown>) => work.then(() => 'ok').catch((error: { readonly code?: string }) => error.code);
    const integrationOf = async (connectionId: string) =>
      (await services().store.read.connections.find({ projectId: owner.projectId, integrationIds: null }, connectionId))?.integrationId ??
      '';

    test('what is done is told in its order, and again from any event on', async () => {
      const { left, events } = await follow(owner, { connectionId: id });
      await bench.save(id, 'the second secret of all');
      const told = await take(events, 3);
      const { events: replayed, left: leftReplay } = await follow(owner, { connectionId: id, after: told[0]?.id ?? '' });
      const again = await take(replayed, 2);
      left.abort();
      leftReplay.abort();
      expect({ types: told.map(({ type }) => type), again: again.map((event) => event.id) }).toEqual({
        types: ['change.stage', 'change.validate', 'connection.update'],
        again: told.slice(1).map((event) => event.id),
      });
    });

    test('an event holds ids and words of closed lists, and nothing that a caller wrote', async () => {
      const after = await newest();
      const answers = subscription(
        `subscription ($after: ID) { events(after: $after, types: ["change.stage"]) { type at entityId data } }`,
        {
          after,
        },
      );
      await bench.stage(id, 'a secret that nobody is told');
      const { value } = await answers.next();
      await answers.return();
      expect(value).toEqual({
        data: {
          events: {
            type: 'change.stage',
            at: expect.stringMatching(/^20/),
            entityId: id,
            data: { changeId: expect.any(String), purpose: 'update', baseVersion: expect.any(Number), changedFields: ['signingSecret'] },
          },
        },
      });
    });

    test('who may read is told of connections and integrations, and the auditor of all', async () => {
      const after = await newest();
      const viewer = await token('viewer');
      await bench.stage(id, 'a secret of one more version');
      const [forViewer, forOwner] = [await follow(viewer, { after }), await follow(owner, { after })];
      const seen = [(await take(forViewer.events, 1)).map(({ type }) => type), (await take(forOwner.events, 2)).map(({ type }) => type)];
      forViewer.left.abort();
      forOwner.left.abort();
      expect({
        seen,
        audited: await codeOf(follow(viewer, { types: ['token.create'] })),
        unknown: await codeOf(follow(viewer, { types: ['connection.explode'] })),
        job: await codeOf(follow(await token('job'))),
        absent: await codeOf(follow(viewer, { connectionId: owner.projectId })),
      }).toEqual({
        seen: [['change.stage'], ['token.create', 'change.stage']],
        audited: 'FORBIDDEN',
        unknown: 'BAD_REQUEST',
        job: 'FORBIDDEN',
        absent: 'NOT_FOUND',
      });
    });

    test('a token that is limited to integrations is told of these alone', async () => {
      const other = await bench.add();
      const limited = await token('owner', [await integrationOf(other)]);
      const after = await newest();
      const { left, events } = await follow(limited, { after });
      await bench.stage(id, 'a secret of the other integration');
      await bench.stage(other, 'a secret of the own integration');
      const [event] = await take(events, 1);
      left.abort();
      expect({ entityId: event?.entityId, all: await codeOf(follow(limited, { types: ['token.create'] })) }).toEqual({
        entityId: other,
        all: 'FORBIDDEN',
      });
    });

    test('a token that is revoked ends its subscription with UNAUTHENTICATED, at once', async () => {
      const viewer = await token('viewer');
      const { events } = await follow(viewer);
      // Caught from the start: it may end before the answer to the mutation is there.
      const ended = codeOf(events.next());
      await bench.gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: viewer.tokenId });
      expect(await ended).toBe('UNAUTHENTICATED');
    });

    test('a token has a bound of subscriptions, and who leaves makes room', async () => {
      const viewer = await token('viewer');
      const open = await Promise.all(Array.from({ length: MOST_OF_TOKEN }, () => follow(viewer)));
      const tooMany = await codeOf(follow(viewer));
      open[0]?.left.abort();
      const freed = await follow(viewer);
      for (const { left } of [...open, freed]) left.abort();
      expect({ tooMany, freed: (await freed.events.next()).done }).toEqual({ tooMany: 'RATE_LIMITED', freed: true });
    });

    test('who leaves while nothing happens is let go', async () => {
      const { left, events } = await follow(owner);
      const next = events.next();
      left.abort();
      expect(await next).toEqual({ done: true, value: undefined });
    });

    test('a lost notification only delays', async () => {
      const { store } = services();
      const deaf = { ...store, notifications: { notify: () => {}, listen: () => () => {} } };
      const left = new AbortController();
      const feed = createEventFeed(deaf, { pollMs: 1 });
      const events = await followEvents({ ...services(), store: deaf, eventFeed: feed }, owner, { ...ALL, connectionId: id }, left.signal);
      const next = events.next();
      await bench.stage(id, 'a secret that nobody was told of');
      const { value } = await next;
      left.abort();
      expect(value?.type).toBe('change.stage');
    });

    test('a cursor that is not kept any more is CURSOR_EXPIRED, and so is one of another project', async () => {
      const after = await newest();
      const slow = await follow(owner, { after });
      bench.clock.advance(8 * DAY);
      const [idle, unread] = [await follow(owner), codeOf(slow.events.next())];
      await applyRetention(services());
      const left = new AbortController();
      idle.left.abort();
      const reader = subscription('subscription ($after: ID) { events(after: $after) { id } }', { after });
      expect({ unread: await unread, pruned: await codeOf(follow(owner, { after })), told: await codeIn(reader) }).toEqual({
        unread: 'CURSOR_EXPIRED',
        pruned: 'CURSOR_EXPIRED',
        told: 'CURSOR_EXPIRED',
      });
      left.abort();
    });

    test('each validator is told of as it begins and as it ends, and no secret with it', async () => {
      const key = await bench.stage(id, 'a secret that is validated');
      const answers = subscription(
        'subscription ($key: String) { validationProgress(key: $key) { connectionId validationName status codes startedAt finishedAt } }',
        { key },
      );
      await started(answers);
      await bench.commit(id, key);
      const told = [await answers.next(), await answers.next()].map(({ value }) => value?.data?.validationProgress);
      await answers.return();
      const run = { connectionId: id, validationName: 'validate_connection', codes: [], startedAt: expect.any(String) };
      expect({ told, echoes: JSON.stringify(told).includes(SECRET) }).toEqual({
        told: [
          { ...run, status: 'RUNNING', finishedAt: null },
          { ...run, status: 'PASSED', finishedAt: expect.any(String) },
        ],
        echoes: false,
      });
    });

    test('progress is for one change or one connection that the caller may see', async () => {
      const viewer = await token('viewer');
      const refusal = (args: string, actor: Actor) =>
        codeIn(subscription(`subscription { validationProgress${args} { status } }`, {}, actor));
      expect({
        none: await refusal('', viewer),
        both: await refusal(`(key: "tmp", connectionId: "${id}")`, viewer),
        absent: await refusal(`(connectionId: "${owner.projectId}")`, viewer),
        unknown: await refusal('(key: "tmp_nothing")', viewer),
        job: await refusal(`(connectionId: "${id}")`, await token('job')),
      }).toEqual({ none: 'BAD_REQUEST', both: 'BAD_REQUEST', absent: 'NOT_FOUND', unknown: 'NOT_FOUND', job: 'FORBIDDEN' });
    });

    test('a gateway that shuts down ends subscriptions with UNAVAILABLE, and takes no more', async () => {
      const answers = subscription('subscription { events { id } }', {});
      const next = answers.next();
      services().eventFeed.close();
      const codes = { open: codeOfAnswer((await next).value), later: await codeOf(follow(owner)) };
      await bench.gateway.restart();
      expect(codes).toEqual({ open: 'UNAVAILABLE', later: 'UNAVAILABLE' });
    });

    /** The field as an executor runs it. */
    function subscription(document: string, variables: object, actor = owner) {
      const context = new OperationRequest({
        services: services(),
        actor,
        params: { query: document, variables: { ...variables } },
      }).resolverContext();
      const opening = subscribe({
        schema: bench.gateway.app.schema,
        document: parse(document),
        variableValues: { ...variables },
        contextValue: context,
      });
      const source = async () => {
        const opened = await opening;
        return 'next' in opened ? opened : null;
      };
      return {
        opening,
        next: async () => (await source())?.next() ?? { done: true, value: (await opening) as ExecutionResult },
        return: async () => void (await (await source())?.return(undefined)),
      };
    }
    const started = async ({ opening }: { readonly opening: Promise<unknown> }) => void (await opening);
    const codeIn = async (answers: { next(): Promise<{ readonly value: unknown }> }) => codeOfAnswer((await answers.next()).value);
    const codeOfAnswer = (answer: unknown) =>
      ((answer as ExecutionResult | undefined)?.errors?.[0]?.originalError as { readonly code?: string } | undefined)?.code;
  });
}

async function take(events: AsyncGenerator<PublishedEvent, void, undefined>, count: number): Promise<readonly PublishedEvent[]> {
  const taken: PublishedEvent[] = [];
  while (taken.length < count) {
    const { value } = await events.next();
    if (value !== undefined) taken.push(value);
  }
  return taken;
}
