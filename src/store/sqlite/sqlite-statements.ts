import type { Database as Handle } from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { LRUCache } from 'lru-cache';
import type { Database } from '../engine.ts';

/** What Drizzle asks of a prepared statement. Rows come as objects, or from `raw()` as arrays. */
interface Statement {
  run(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  get(...values: unknown[]): unknown;
  raw(): Statement;
}

interface Prepared extends Statement {
  /** Rows as arrays. No rows if the statement returns none. */
  rows(values: readonly unknown[]): readonly (readonly unknown[])[];
}

export type PrepareStatement = (text: string) => Prepared;

/** Each text is parsed once per connection: parsing costs more than most of our statements. */
export function preparedOn(handle: Handle): PrepareStatement {
  const statements = new LRUCache<string, Prepared>({ max: 500 });
  return (text) => {
    let statement = statements.get(text);
    if (statement === undefined) {
      statement = prepareStatement(handle, text);
      statements.set(text, statement);
    }
    return statement;
  };
}

const NO_ROWS: readonly (readonly unknown[])[] = [];

function prepareStatement(handle: Handle, text: string): Prepared {
  const statement = handle.prepare(text);
  const hasRows = statement.reader;
  let arrays: ReturnType<Handle['prepare']> | undefined;
  // Whether rows are arrays is a switch of the statement itself, so arrays have a statement of their own.
  const raw = () => (arrays ??= handle.prepare(text).raw());
  return {
    run: (...values) => statement.run(...values),
    all: (...values) => statement.all(...values),
    get: (...values) => statement.get(...values),
    raw,
    rows(values) {
      // `raw()` makes arrays of the rows.
      if (hasRows) return raw().all(values) as readonly (readonly unknown[])[];
      statement.run(values);
      return NO_ROWS;
    },
  };
}

/**
 * Drizzle on statements of one connection; `mayRun` throws when none may be run any more. It is asked when a statement is about
 * to run, which Drizzle does right after it prepares it.
 */
export function databaseOn(prepare: PrepareStatement, mayRun: () => void = () => {}): Database {
  const client = {
    prepare(text: string): Statement {
      mayRun();
      return prepare(text);
    },
  };
  // Of a connection Drizzle uses `prepare` alone for queries. Its SQLite builder answers to the same calls as PostgreSQL's for the
  // statements that we use; test/contracts/store.ts runs every one on both.
  return drizzle(client as unknown as Handle) as unknown as Database;
}
