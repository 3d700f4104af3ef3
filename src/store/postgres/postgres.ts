import type { Clock } from '../../domain/ports/clock.ts';
import type { Notifications } from '../../domain/ports/notifications.ts';
import type { Database, Engine, EngineTransaction, StatementSource } from '../engine.ts';
import { isConnectionFailure, isTransient, outcomeUnknown, StoreError, toStoreError, wasRolledBack } from '../store-error.ts';
import { requireStorable } from '../tables/storable.ts';
import { postgresTables } from '../tables/tables.ts';
import { comparePostgresSchema } from './compare-postgres-schema.ts';

/** One connection, taken for a transaction. */
export interface PostgresClient extends StatementSource {
  /** `command` is what the server says it did: a COMMIT of a failed transaction is answered with ROLLBACK, and no error. */
  query(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ readonly rows: readonly Record<string, unknown>[]; readonly command?: string }>;
  /** A broken connection is thrown away instead of going back to the pool. */
  release(broken: boolean): void;
}

/** Where connections come from: a pool of a server, or PGlite in tests. */
export interface PostgresSource {
  /** Each statement on whichever connection is free. */
  readonly reader: StatementSource;
  readonly notifications: Notifications;
  /** Statements that every transaction begins with, where its connection keeps no settings. */
  readonly settings: readonly string[];
  acquire(): Promise<PostgresClient>;
  /** Fails within seconds when the server is away or silent. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** One try, and five more. */
const ATTEMPTS = 6;
const TIME_AGE_MS = 5000;
/**
 * Read-write, whatever the role or the database is set to: a standby that was a primary before refuses this, and the pool then finds the
 * new primary.
 */
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE';

/** `clock` stands in for the database's own in tests; replicas must agree on one, so a gateway passes none. */
export function createPostgresEngine(source: PostgresSource, clock: Clock | null): Engine {
  const nowOf = async (client: Pick<PostgresClient, 'query'>) => {
    if (clock !== null) return clock.now();
    const { rows } = await client.query('select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now');
    return Number(rows[0]?.now);
  };

  async function withClient<T>(use: (client: PostgresClient) => Promise<T>): Promise<T> {
    const client = await source.acquire();
    let broken = true;
    try {
      const value = await use(client);
      broken = false;
      return value;
    } catch (error) {
      // What failed for a reason of its own leaves a good connection, once it has been rolled back.
      broken = isConnectionFailure(error) || error instanceof Unusable;
      throw error instanceof Unusable ? error.cause : error;
    } finally {
      client.release(broken);
    }
  }

  const begin = [BEGIN, ...source.settings].join('; ');

  async function attempt<T>(work: (tx: EngineTransaction) => Promise<T>): Promise<T> {
    return await withClient(async (client) => {
      await client.query(begin);
      const tx = transactionOn(client, nowOf);
      // The transaction takes no more statements before ROLLBACK or COMMIT is sent: a statement after that would be committed by itself.
      const value = await rolledBackOnError(client, async () => await work(tx).finally(tx.end));
      let answer: { readonly command?: string };
      try {
        answer = await client.query('COMMIT');
      } catch (error) {
        throw new Unusable('commit', { cause: wasRolledBack(error) ? error : outcomeUnknown() });
      }
      // Work that ignored a failed statement must not be told that it was saved.
      if (answer.command !== undefined && answer.command !== 'COMMIT') throw new StoreError('25P02');
      return value;
    });
  }

  const clockOfServer = followTime(() => withClient(nowOf));

  return {
    name: 'postgres',
    tables: postgresTables,
    notifications: source.notifications,
    reader: source.reader,
    async transaction(work) {
      for (let count = 1; ; count += 1) {
        try {
          return await attempt(work);
        } catch (error) {
          if (!isTransient(error) || count === ATTEMPTS) throw toStoreError(error);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** count));
        }
      }
    },
    now: async () => (clock === null ? await clockOfServer() : clock.now()),
    ping: () => source.ping(),
    // It makes temporary tables, so that it needs a transaction, which is rolled back.
    schemaDifference: () =>
      withClient(async (client) => {
        await client.query(begin);
        const difference = await rolledBackOnError(client, () => comparePostgresSchema(async (text) => (await client.query(text)).rows));
        await client.query('ROLLBACK');
        return difference;
      }),
    close: () => source.close(),
  };
}

/** The connection's state is not known, or it may be cut: it must not go back to the pool. */
class Unusable extends Error {}

async function rolledBackOnError<T>(client: PostgresClient, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    try {
      await client.query('ROLLBACK');
    } catch {
      // The server may be gone; what counts is the first error.
      throw new Unusable('rollback', { cause: error });
    }
    throw error;
  }
}

function transactionOn(
  { db, rows, query }: PostgresClient,
  nowOf: (client: Pick<PostgresClient, 'query'>) => Promise<number>,
): EngineTransaction & { end(): void } {
  let ended = false;
  let at: Promise<number> | null = null;
  const mayRun = () => {
    if (ended) throw new StoreError('LATE_STATEMENT');
  };
  return {
    db: guarded(db, mayRun),
    async rows(name, text, values) {
      mayRun();
      return await rows(name, text, values);
    },
    now: () => (at ??= nowOf({ query })),
    async lock(key, mode) {
      mayRun();
      await query(`select pg_advisory_xact_lock${mode === 'shared' ? '_shared' : ''}(hashtextextended($1, 0))`, [requireStorable(key)]);
    },
    async tryLock(key) {
      mayRun();
      const { rows: taken } = await query('select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as taken', [requireStorable(key)]);
      return taken[0]?.taken === true;
    },
    end() {
      ended = true;
    },
  };
}

/** The same builder, which asks before it begins a statement. */
function guarded(db: Database, mayRun: () => void): Database {
  return new Proxy(db, {
    get(target, property) {
      mayRun();
      const member: unknown = Reflect.get(target, property);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/**
 * The server's time, which a timer that nobody can set continues between two requests for it: a gateway whose own clock is wrong neither
 * revives nor ends anything. Callers that arrive together share one request.
 */
function followTime(ask: () => Promise<number>): () => Promise<number> {
  let known: { readonly ahead: number; readonly measuredAt: number } | null = null;
  let asking: Promise<number> | null = null;
  const measure = async () => {
    const at = await ask();
    known = { ahead: at - performance.now(), measuredAt: performance.now() };
    return at;
  };
  return async () => {
    if (known !== null && performance.now() - known.measuredAt < TIME_AGE_MS) return Math.floor(performance.now() + known.ahead);
    asking ??= measure().finally(() => {
      asking = null;
    });
    return await asking;
  };
}
