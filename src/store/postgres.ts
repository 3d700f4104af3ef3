import type { Clock } from '../domain/clock.ts';
import type { Database, Engine, EngineTransaction } from './engine.ts';
import { isConnectionFailure, isTransient, outcomeUnknown, toStoreError } from './store-error.ts';
import * as postgresTables from './tables.postgres.ts';

/** One connection, taken for a transaction. */
export interface PostgresClient {
  readonly db: Database;
  query(text: string, values?: readonly unknown[]): Promise<{ readonly rows: readonly Record<string, unknown>[] }>;
  /** A broken connection is thrown away instead of going back to the pool. */
  release(broken: boolean): void;
}

/** Where connections come from: a pool of a server, or PGlite in tests. */
export interface PostgresSource {
  readonly reader: Database;
  acquire(): Promise<PostgresClient>;
  close(): Promise<void>;
}

const ATTEMPTS = 6;
const OFFSET_AGE_MS = 5000;

/** `clock` stands in for the database's own in tests; replicas must agree on one, so a gateway passes none. */
export function createPostgresEngine(source: PostgresSource, clock: Clock | null): Engine {
  const nowOf = async (client: PostgresClient) => {
    if (clock !== null) return clock.now();
    const { rows } = await client.query('select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now');
    return Number(rows[0]?.now);
  };

  async function withClient<T>(use: (client: PostgresClient) => Promise<T>): Promise<T> {
    let client: PostgresClient;
    try {
      client = await source.acquire();
    } catch (error) {
      throw toStoreError(error);
    }
    let broken = false;
    try {
      return await use(client);
    } catch (error) {
      broken = isConnectionFailure(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  let offset = { by: 0, measuredAt: Number.NEGATIVE_INFINITY };

  async function attempt<T>(work: (tx: EngineTransaction) => Promise<T>): Promise<T> {
    return await withClient(async (client) => {
      await client.query('BEGIN');
      let value: T;
      try {
        let at: number | null = null;
        value = await work({
          db: client.db,
          now: async () => (at ??= await nowOf(client)),
          lock: async (key, mode) => {
            await client.query(`select pg_advisory_xact_lock${mode === 'shared' ? '_shared' : ''}(hashtextextended($1, 0))`, [key]);
          },
        });
      } catch (error) {
        // The server may be gone; what counts is the first error.
        await client.query('ROLLBACK').catch(() => {});
        throw error;
      }
      try {
        await client.query('COMMIT');
      } catch (error) {
        if (isTransient(error)) throw error;
        throw isConnectionFailure(error) ? outcomeUnknown() : error;
      }
      return value;
    });
  }

  return {
    name: 'postgres',
    tables: postgresTables,
    reader: source.reader,
    async transaction(work) {
      for (let count = 1; ; count += 1) {
        try {
          return await attempt(work);
        } catch (error) {
          if (!isTransient(error) || count === ATTEMPTS) throw toStoreError(error);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** count));
        }
      }
    },
    async now() {
      if (clock !== null) return clock.now();
      // Outside a transaction the server's clock is followed by an offset, measured anew every few seconds.
      if (performance.now() - offset.measuredAt > OFFSET_AGE_MS) offset = { by: (await withClient(nowOf)) - Date.now(), measuredAt: performance.now() };
      return Date.now() + offset.by;
    },
    ping: () => withClient(async (client) => void (await client.query('select 1'))),
    close: () => source.close(),
  };
}
