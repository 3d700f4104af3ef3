import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MOST_OF_TOKEN } from '../../src/domain/event/subscription-limit.ts';
import { publishEvents } from '../../src/operations/events/event-feed.ts';
import { openStream } from '../support/gateway/event-stream.ts';
import {
  addWebhook,
  COMMIT,
  type Receiver,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
} from '../support/gateway/gateway.ts';

const EVENTS =
  'subscription ($after: ID, $types: [String!], $id: UUID) { events(after: $after, types: $types, connectionId: $id) { id type entityId } }';

let gateway: TestGateway;
let receiver: Receiver;
let id = '';
beforeAll(async () => {
  gateway = await startGateway();
  receiver = await startReceiver();
  id = await addWebhook(gateway, receiver, 'sales');
});
afterAll(async () => {
  receiver.close();
  await gateway.close();
});

const save = async (secret: string) => await gateway.graphql(COMMIT, { key: await stageSecret(gateway, id, secret), id });
const codeOf = (answer: { readonly errors?: readonly { readonly extensions: { readonly code: string } }[] } | null) =>
  answer?.errors?.[0]?.extensions.code;

test('events come over SSE in their order, and again from any of them on', async () => {
  const stream = await openStream(gateway, EVENTS, { id }, gateway.owner);
  await save('the second secret of sales');
  const told = [await stream.answer(), await stream.answer(), await stream.answer()].map(({ data }) => data.events);
  stream.leave();
  const replayed = await openStream(gateway, EVENTS, { id, after: told[0].id }, gateway.owner);
  const again = [await replayed.answer(), await replayed.answer()].map(({ data }) => data.events);
  replayed.leave();
  expect({ type: stream.contentType, types: told.map(({ type }) => type), again }).toEqual({
    type: expect.stringMatching(/^text\/event-stream/),
    types: ['change.stage', 'change.validate', 'connection.update'],
    again: told.slice(1),
  });
});

test('a stream says at once that it is there, before anything happens', async () => {
  const stream = await openStream(gateway, EVENTS, {}, gateway.owner);
  const first = await stream.message();
  stream.leave();
  expect(first?.event).toBe('comment');
});

test('a stream on which nothing happens says again and again that it is alive', async () => {
  // Timers of node's own, which move connections along, stay real; Yoga's interval is moved by hand.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  try {
    const stream = await openStream(gateway, EVENTS, { id }, gateway.owner);
    const heard = [await stream.message()];
    for (let minute = 0; minute < 3; minute += 1) {
      vi.advanceTimersToNextTimer();
      heard.push(await stream.message());
    }
    stream.leave();
    expect(heard.map((message) => message?.event)).toEqual(['comment', 'comment', 'comment', 'comment']);
  } finally {
    vi.useRealTimers();
  }
});

test('the sample of the guide prints what happens', async () => {
  const guide = readFileSync(new URL('../../docs/guide/api.md', import.meta.url), 'utf8');
  const [, sample = ''] = /```sh\n(curl -sN [\s\S]*?)```/.exec(guide) ?? [];
  const curl = spawn('sh', ['-c', `exec ${sample.replace('http://127.0.0.1:4000', gateway.url)}`], {
    env: { PATH: process.env.PATH, TOKEN: gateway.owner.secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  const reads = async (part: string) => {
    while (!printed.includes(part)) printed += String((await once(curl.stdout, 'data'))[0]);
  };
  await reads(':');
  await save('the secret of the sample');
  await reads('connection.update');
  curl.kill();
  expect(printed).toMatch(/event: next\ndata: {"data":{"events":{"id":"[0-9a-f-]{36}","type":"connection.update"/);
});

test('each validator is told of as it begins and as it ends', async () => {
  const key = await stageSecret(gateway, id, 'the third secret of sales');
  const query = 'subscription ($key: String) { validationProgress(key: $key) { validationName status } }';
  const stream = await openStream(gateway, query, { key }, gateway.owner);
  await gateway.graphql(COMMIT, { key, id });
  const told = [await stream.answer(), await stream.answer()].map(({ data }) => data.validationProgress);
  stream.leave();
  expect(told).toEqual([
    { validationName: 'validate_connection', status: 'RUNNING' },
    { validationName: 'validate_connection', status: 'PASSED' },
  ]);
});

test('a token that is revoked is told so as the last answer, and the stream is complete', async () => {
  const viewer = await gateway.token('viewer');
  const stream = await openStream(gateway, EVENTS, {}, viewer);
  await gateway.graphql('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: viewer.id });
  const [last, end] = [await stream.answer(), await stream.answer()];
  expect({ code: codeOf(last), end }).toEqual({ code: 'UNAUTHENTICATED', end: null });
});

test('a subscription that is refused says why, with its code, and is complete', async () => {
  const [job, viewer] = [await gateway.token('job'), await gateway.token('viewer')];
  const refusal = async (variables: object, token = viewer) => {
    const stream = await openStream(gateway, EVENTS, variables, token);
    return [codeOf(await stream.answer()), await stream.answer()];
  };
  expect({
    job: await refusal({}, job),
    audit: await refusal({ types: ['token.create'] }),
    absent: await refusal({ id: gateway.app.projectId }),
    cursor: await refusal({ after: 'no-such-event' }),
  }).toEqual({
    job: ['FORBIDDEN', null],
    audit: ['FORBIDDEN', null],
    absent: ['NOT_FOUND', null],
    cursor: ['CURSOR_EXPIRED', null],
  });
});

test('who asks for a stream without accepting one is told what to accept', async () => {
  const { errors } = await gateway.graphql('subscription { events { id } }');
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_REQUEST', path: 'accept' });
});

test('a token has a bound of subscriptions, and a client that goes away makes room', async () => {
  const viewer = await gateway.token('viewer');
  const open = await Promise.all(Array.from({ length: MOST_OF_TOKEN }, () => openStream(gateway, EVENTS, {}, viewer)));
  const { store } = gateway.app.services;
  await publishEvents(store);
  const [oldest] = await store.read.events.after(gateway.app.projectId, null, 1);
  // There are events behind it, so that whoever is let in has an answer at once.
  const replay = async () => {
    const stream = await openStream(gateway, EVENTS, { after: oldest?.id }, viewer);
    const answer = await stream.answer();
    stream.leave();
    return codeOf(answer) ?? answer.data.events.entityId;
  };
  const tooMany = await replay();
  open[0]?.leave();
  // The server hears a moment later that the client is gone.
  await expect.poll(replay).toBe(id);
  for (const stream of open) stream.leave();
  expect(tooMany).toBe('RATE_LIMITED');
});

test('a gateway that shuts down ends each stream with UNAVAILABLE', async () => {
  const stream = await openStream(gateway, EVENTS, {}, gateway.owner);
  gateway.app.services.eventFeed.close();
  const [last, end] = [await stream.answer(), await stream.answer()];
  await gateway.restart();
  expect({ code: codeOf(last), end }).toEqual({ code: 'UNAVAILABLE', end: null });
});
