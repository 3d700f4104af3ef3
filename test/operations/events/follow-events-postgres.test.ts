import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OutboxEvent } from '../../../src/domain/event/event.ts';
import type { Store } from '../../../src/domain/ports/store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { describeEvents } from '../../contracts/events.ts';
import { startPostgres } from '../../support/servers/embedded-postgres.ts';
import { createTestClock, signed, verifyTestInstance } from '../../support/store/services.ts';

const server = await startPostgres();
afterAll(() => server.close());

describeEvents('PostgreSQL', () => server.createDatabase('events'));

let one: Store;
let other: Store;
beforeAll(async () => {
  const databaseUrl = await server.createDatabase('notified');
  const open = async () =>
    signed((await openStore({ databaseUrl }, { clock: createTestClock(), verifyInstance: verifyTestInstance })).store);
  one = await open();
  other = await open();
});
afterAll(async () => {
  await one.close();
  await other.close();
});

test('an event whose transaction began first and ended last stands behind those that were read meanwhile', async () => {
  const projectId = uuidv7();
  const eventOf = (createdAt: number): OutboxEvent => ({
    id: uuidv7(),
    projectId,
    type: 'connection.update',
    entityId: uuidv7(),
    data: {},
    createdAt,
  });
  const [slow, quick] = [eventOf(1), eventOf(2)];
  let commit: () => void = () => {};
  let appended: () => void = () => {};
  const isAppended = new Promise<void>((resolve) => {
    appended = resolve;
  });
  const open = one.write(async (tx) => {
    await tx.events.append(slow);
    appended();
    await new Promise<void>((resolve) => {
      commit = resolve;
    });
  });
  await isAppended;
  await other.write((tx) => tx.events.append(quick));
  await other.write((tx) => tx.events.publish(10));
  const before = await other.read.events.after(projectId, null, 10);
  commit();
  await open;
  await other.write((tx) => tx.events.publish(10));
  const after = await other.read.events.after(projectId, before.at(-1) ?? null, 10);
  const ids = (events: typeof before) => events.map(({ id }) => id);
  expect({ before: ids(before), after: ids(after) }).toEqual({ before: [quick.id], after: [slow.id] });
});

test('a gateway hears what another one says, also after its connection was cut, and is told that it may have missed some', async () => {
  const heard: (string | null)[] = [];
  let arrived: () => void = () => {};
  const stop = other.notifications.listen('events', (text) => {
    heard.push(text);
    arrived();
  });
  const next = async () => {
    while (heard.length === 0)
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    return heard.shift();
  };
  const opened = await next();
  one.notifications.notify('events', 'first');
  const first = await next();
  await server.query("select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'", 'notified');
  const again = await next();
  one.notifications.notify('events', 'second');
  const second = await next();
  stop();
  expect({ opened, first, again, second }).toEqual({ opened: null, first: 'first', again: null, second: 'second' });
});

test('nobody listens on a connection of its own while nobody follows', async () => {
  const stop = one.notifications.listen('events', () => {});
  stop();
  const listening = async () =>
    (await server.query("select 1 from pg_stat_activity where query like 'listen%' and datname = 'notified'", 'notified')).length;
  await expect.poll(listening).toBe(0);
});
