import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientConfig, escapeIdentifier } from 'pg';
import type { Notifications, Topic } from '../../domain/ports/notifications.ts';
import { createLocalNotifications } from '../local-notifications.ts';
import { answerOf, PlainClient } from './postgres-session.ts';

const CHANNEL = 'changeover';
/** Said again it changes nothing, and shows in the server's list of connections what this one is for. */
const LISTEN = `listen ${escapeIdentifier(CHANNEL)}`;
const CONNECT_MS = 4000;
/** A connection that is only listened on is asked this often whether it is still there, and says so within the time below. Milliseconds. */
const ASK_EVERY_MS = 10_000;
const ASK_MS = 2000;
/** A server that is away is looked for again after a moment, and after twice as long each time. Milliseconds. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;

export interface PostgresNotifications extends Notifications {
  close(): void;
}

/**
 * LISTEN on a connection of its own, which is there for as long as anybody listens, and NOTIFY on whichever is free. Each time that it
 * is opened anew those that listen are told that some may have been lost. `target` is null where a pooler stands between: what is
 * listened for belongs to one of the server's connections there, and the pooler hands these round. Then others are not heard.
 */
export function createPostgresNotifications(
  target: ClientConfig | null,
  run: (text: string, values: readonly unknown[]) => Promise<unknown>,
): PostgresNotifications {
  const local = createLocalNotifications();
  const origin = randomUUID();
  let listening: AbortController | null = null;

  function hear(payload: string | undefined): void {
    const [, from, topic, text] = /^([0-9a-f-]{36}) (events|validations) (.*)$/s.exec(payload ?? '') ?? [];
    // What this process said, it has heard already. The pattern names the topics.
    if (from !== undefined && from !== origin) local.tell(topic as Topic, text ?? '');
  }

  async function listen(to: ClientConfig, { signal }: AbortController): Promise<void> {
    for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const client = new PlainClient({ ...to, connectionTimeoutMillis: CONNECT_MS });
      const lost = new AbortController();
      const ended = AbortSignal.any([signal, lost.signal]);
      // Not ended but destroyed: a goodbye to a silent server is never answered.
      ended.addEventListener('abort', () => client.connection.stream.destroy(), { once: true });
      client.on('error', () => lost.abort());
      client.on('end', () => lost.abort());
      client.on('notification', ({ payload }) => hear(payload));
      try {
        await client.connect();
        await answerOf(client, client.query(LISTEN));
        wait = FIRST_WAIT_MS;
        local.tell(null, null);
        for (;;) {
          await delay(ASK_EVERY_MS, undefined, { signal: ended, ref: false });
          await answerOf(client, client.query(LISTEN), ASK_MS);
        }
      } catch {
        // Whoever listens looks for himself meanwhile; what is wrong with the server is told by /readyz.
      } finally {
        lost.abort();
      }
      await delay(wait * (0.5 + Math.random() / 2), undefined, { signal, ref: false }).catch(() => {});
    }
  }

  function stop(): void {
    listening?.abort();
    listening = null;
  }

  return {
    notify(topic, text = '') {
      local.tell(topic, text);
      // It is a hint: a server that can't be told has nothing that anybody could read.
      run('select pg_notify($1, $2)', [CHANNEL, `${origin} ${topic} ${text}`]).catch(() => {});
    },
    listen(topic, heard) {
      const end = local.listen(topic, heard);
      if (target !== null && listening === null) {
        listening = new AbortController();
        void listen(target, listening);
      }
      return () => {
        end();
        if (local.listeners === 0) stop();
      };
    },
    close: stop,
  };
}
