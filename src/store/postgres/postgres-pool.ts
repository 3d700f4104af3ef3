import { drizzle } from 'drizzle-orm/node-postgres';
import { type ClientConfig, Pool, type PoolClient } from 'pg';
import { createLimiter, type Permit } from '../../domain/concurrency/limiter.ts';
import { inTime } from '../../domain/time/in-time.ts';
import type { StatementSource } from '../engine.ts';
import { isConnectionFailure, unavailable } from '../store-error.ts';
import type { PostgresSource } from './postgres.ts';
import { createPostgresNotifications } from './postgres-notifications.ts';
import { ANSWER_MS, AS_OPTIONS, AS_STATEMENTS, answerOf, PlainClient, SilentServer } from './postgres-session.ts';

/** How many connections there are, how many callers may wait for one, and how long. */
export interface PoolLimits {
  readonly connections: number;
  readonly waiters: number;
  readonly waitMs: number;
}

export const POOL_LIMITS: PoolLimits = { connections: 20, waiters: 100, waitMs: 500 };

/**
 * How long a caller waits for a connection to be opened, and how long opening one may take: a connection that comes too late is kept for
 * the next caller. Milliseconds.
 */
const WAIT_MS = 1000;
const CONNECT_MS = 4000;
/** How long a server may take to say that it is still there, milliseconds. */
const PING_MS = 1000;
/** A connection that was idle for longer is checked before it is used: a firewall or proxy in between may have dropped it. Milliseconds. */
const QUIET_MS = 2000;

/**
 * A server's connections. Whoever finds none in time, or no server, gets UNAVAILABLE. Nothing waits for a silent server for longer than its
 * deadline, and connections that last answered before it fell silent are not used again. `isPooled`: connections keep nothing from one
 * transaction to the next, neither settings nor statements.
 */
export function createPool(options: ClientConfig, limits: PoolLimits = POOL_LIMITS, isPooled = false): PostgresSource {
  const pool = new Pool({
    ...options,
    ...(isPooled ? { Client: PlainClient } : { options: AS_OPTIONS }),
    max: limits.connections,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
  });
  // A connection that breaks, idle or taken, is replaced; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const callers = createLimiter<null>({
    limits: [{ running: limits.connections, waiting: limits.waiters }],
    waitMs: limits.waitMs,
    refusal: unavailable,
  });
  const heardAt = new WeakMap<PoolClient, number>();
  /** Connections that last answered before this time are taken for lost. */
  let silentSince = 0;

  const send = async (client: PoolClient, query: QueryText, values: readonly unknown[], ms = ANSWER_MS): ReturnType<Query> => {
    const sentAt = performance.now();
    // A prepared statement of one transaction may be on another of the server's connections for the next, or on none.
    const name = isPooled ? undefined : query.name;
    const config = { text: query.text, name, rowMode: query.rowMode as 'array', values: [...values] };
    try {
      return await answerOf(client, client.query<unknown[]>(config), ms);
    } catch (error) {
      if (error instanceof SilentServer) silentSince = Math.max(silentSince, sentAt);
      throw error;
    } finally {
      heardAt.set(client, performance.now());
    }
  };

  /** A connection that answers. Each round of the loop drops one that does not, and a newly opened one is good. */
  async function connect(): Promise<PoolClient> {
    for (;;) {
      const client = await pool.connect();
      const heard = heardAt.get(client);
      const quietMs = heard === undefined ? 0 : performance.now() - heard;
      if (heard === undefined || (heard >= silentSince && quietMs < QUIET_MS)) return client;
      try {
        if (heard < silentSince) throw new SilentServer();
        await send(client, { text: 'select 1' }, [], PING_MS);
        return client;
      } catch {
        drop(client);
      }
    }
  }

  async function take(): Promise<Taken> {
    const permit = await callers.acquire(null);
    const connecting = connect();
    try {
      const client = await inTime(connecting, WAIT_MS, unavailable);
      return { client, giveBack: (broken) => giveBack(client, permit, broken) };
    } catch {
      // If slow logins were all started again, none of them would ever finish.
      connecting.then((client) => giveBack(client, permit, false), permit.release);
      // The driver's error names the host, and its cause is the operator's to find in /readyz and the server's log.
      throw unavailable();
    }
  }

  function giveBack(client: PoolClient, permit: Permit, broken: boolean): void {
    if (broken) drop(client);
    else client.release();
    permit.release();
  }

  async function using<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const { client, giveBack } = await take();
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      // A transaction of one statement is not rolled back: its connection goes.
      broken = isPooled || isConnectionFailure(error);
      throw error;
    } finally {
      giveBack(broken);
    }
  }

  const once: Query = (query, values) => using((client) => send(client, query, values));
  /** Behind a pooler, settings hold within a transaction alone. */
  const onceInTransaction: Query = (query, values) =>
    using(async (client) => {
      await send(client, { text: ['BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY', ...AS_STATEMENTS].join('; ') }, []);
      const result = await send(client, query, values);
      await send(client, { text: 'COMMIT' }, []);
      return result;
    });

  const reader = statementsOver(isPooled ? onceInTransaction : once);
  const notifications = createPostgresNotifications(isPooled ? null : options, (text, values) => reader.rows('notify', text, values));
  return {
    reader,
    notifications,
    settings: isPooled ? AS_STATEMENTS : [],
    async acquire() {
      const { client, giveBack } = await take();
      const query: Query = (config, values) => send(client, config, values);
      return {
        ...statementsOver(query),
        query: async (text, values = []) => {
          const { rows, command } = await query({ text }, values);
          // Without `rowMode` rows are objects.
          return { rows: rows as readonly unknown[] as readonly Record<string, unknown>[], command };
        },
        release: giveBack,
      };
    },
    ping: async () => void (await using((client) => send(client, { text: 'select 1' }, [], PING_MS))),
    async close() {
      notifications.close();
      await pool.end();
    },
  };
}

/** A connection that belongs to one caller until it is given back. A broken one is not used again. */
interface Taken {
  readonly client: PoolClient;
  giveBack(broken: boolean): void;
}

/** Destroyed instead of ended: a silent server would never answer the goodbye. */
function drop(client: PoolClient): void {
  client.connection.stream.destroy();
  client.release(true);
}

interface QueryText {
  readonly text: string;
  readonly name?: string;
  readonly rowMode?: 'array';
}

type Query = (
  query: QueryText,
  values: readonly unknown[],
) => Promise<{ readonly rows: readonly (readonly unknown[])[]; readonly command: string }>;

function statementsOver(query: Query): StatementSource {
  return {
    // Of a connection Drizzle uses `query` alone, and `Database` names the part of Drizzle's type that the SQL uses.
    db: drizzle({ query } as unknown as PoolClient) as unknown as StatementSource['db'],
    rows: async (name, text, values) => (await query({ text, rowMode: 'array', ...(name === null ? {} : { name }) }, values)).rows,
  };
}
