import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type ClientConfig, escapeIdentifier } from 'pg';
import type { Notifications, Topic } from '../../domain/ports/notifications.ts';
import { createLocalNotifications } from '../local-notifications.ts';
import { answerOf, PlainClient } from './postgres-session.ts';

const CHANNEL = 'changeover';
/** Repeating the statement changes nothing, and the server's list of connections shows by it what this connection is for. */
const LISTEN = `listen ${escapeIdentifier(CHANNEL)}`;
const CONNECT_MS = 4000;
/** How often a connection that only listens is checked, and how long it may take to answer. Milliseconds. */
const ASK_EVERY_MS = 10_000;
const ASK_MS = 2000;
/** A server that is away is tried again after the first time, and then after twice as long each time, up to the longest. Milliseconds. */
const FIRST_WAIT_MS = 200;
const LONGEST_WAIT_MS = 30_000;

export interface PostgresNotifications extends Notifications {
  close(): void;
}

/**
 * LISTEN on a connection of its own, which is open for as long as anybody listens, and NOTIFY on any free connection. Each time the
 * connection is opened again, listeners are told that notifications may have been lost. `target` is null behind a pooler: there a LISTEN
 * would belong to one of the server's connections, which the pooler gives to other clients. Other processes are not heard then.
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
    // What this process sent, its listeners have already got. The pattern allows only topics.
    if (from !== undefined && from !== origin) local.tell(topic as Topic, text ?? '');
  }

  async function listen(to: ClientConfig, { signal }: AbortController): Promise<void> {
    for (let wait = FIRST_WAIT_MS; !signal.aborted; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
      const client = new PlainClient({ ...to, connectionTimeoutMillis: CONNECT_MS });
      const lost = new AbortController();
      const ended = AbortSignal.any([signal, lost.signal]);
      // Destroyed instead of ended: a silent server would never answer the goodbye.
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
        // Listeners also look from time to time; /readyz says what is wrong with the server.
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
      // It is only a hint: while the server can't be reached, there is nothing new to read either.
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
