import { drizzle } from 'drizzle-orm/node-postgres';
import { type ClientConfig, Pool, type PoolClient } from 'pg';
import type { StatementSource } from './engine.ts';
import type { PostgresSource } from './postgres.ts';
import { isConnectionFailure, unavailable } from './store-error.ts';

/** How many connections there are, how many callers may wait for one, and how long. */
export interface PoolLimits {
  readonly connections: number;
  readonly waiters: number;
  readonly waitMs: number;
}

export const POOL_LIMITS: PoolLimits = { connections: 20, waiters: 100, waitMs: 500 };

/** A server's connections. Whoever finds none in time, or no server, gets UNAVAILABLE. */
export function createPool(options: ClientConfig, limits: PoolLimits = POOL_LIMITS): PostgresSource {
  const pool = new Pool({
    ...options,
    max: limits.connections,
    connectionTimeoutMillis: 1000,
    idleTimeoutMillis: 30_000,
    statement_timeout: 5000,
    lock_timeout: 2000,
    idle_in_transaction_session_timeout: 10_000,
  });
  // A connection that breaks, idle or taken, is replaced; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const gate = createGate(limits);

  async function take(): Promise<PoolClient> {
    await gate.enter();
    try {
      return await pool.connect();
    } catch {
      gate.leave();
      // The driver's error names the host, and its cause is the operator's to find in /readyz and the server's log.
      throw unavailable();
    }
  }

  function giveBack(client: PoolClient, broken: boolean): void {
    client.release(broken);
    gate.leave();
  }

  const once: Query = async (query, values) => {
    const client = await take();
    let broken = false;
    try {
      return await send(client, query, values);
    } catch (error) {
      broken = isConnectionFailure(error);
      throw error;
    } finally {
      giveBack(client, broken);
    }
  };

  return {
    reader: statementsOver(once),
    async acquire() {
      const client = await take();
      const query: Query = (config, values) => send(client, config, values);
      return {
        ...statementsOver(query),
        query: async (text, values = []) => {
          const { rows, command } = await query({ text }, values);
          // Without `rowMode` rows are objects.
          return { rows: rows as readonly unknown[] as readonly Record<string, unknown>[], command };
        },
        release: (broken) => giveBack(client, broken),
      };
    },
    close: () => pool.end(),
  };
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

async function send(client: PoolClient, query: QueryText, values: readonly unknown[]): ReturnType<Query> {
  return await client.query<unknown[]>({ ...query, rowMode: query.rowMode as 'array', values: [...values] });
}

function statementsOver(query: Query): StatementSource {
  return {
    // Of a connection Drizzle uses `query` alone, and `Database` names the part of Drizzle's type that the SQL uses.
    db: drizzle({ query } as unknown as PoolClient) as unknown as StatementSource['db'],
    rows: async (name, text, values) => (await query({ name, text, rowMode: 'array' }, values)).rows,
  };
}

interface Gate {
  /** Throws UNAVAILABLE when too many wait, or after the longest wait. */
  enter(): Promise<void>;
  leave(): void;
}

function createGate({ connections, waiters, waitMs }: PoolLimits): Gate {
  let inside = 0;
  const waiting = new Set<() => void>();
  return {
    async enter() {
      if (inside < connections) {
        inside += 1;
        return;
      }
      if (waiting.size >= waiters) throw unavailable();
      await new Promise<void>((resolve, reject) => {
        const admit = () => {
          clearTimeout(timer);
          waiting.delete(admit);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(admit);
          reject(unavailable());
        }, waitMs);
        waiting.add(admit);
      });
    },
    leave() {
      const [next] = waiting;
      if (next === undefined) inside -= 1;
      // The place passes on: whoever has waited longest comes first.
      else next();
    },
  };
}
