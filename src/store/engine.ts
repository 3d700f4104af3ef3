import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Tables } from './tables.ts';

/** What the SQL is written against: Drizzle's query builder for PostgreSQL, which SQLite's answers to for the statements that we use. */
export type Database = Pick<PgDatabase<PgQueryResultHKT, Record<string, never>>, 'select' | 'insert' | 'update' | 'delete'>;

export interface EngineTransaction {
  /** Good until the transaction's work has ended: a statement that comes later is refused, since it would be another's. */
  readonly db: Database;
  /** Epoch milliseconds, the same throughout the transaction. */
  now(): Promise<number>;
  lock(key: string, mode: 'shared' | 'exclusive'): Promise<void>;
}

/** The text and parameters that a query builder gives, placeholders among them. */
export interface StatementText {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** A statement made once: values of its placeholders in; committed rows out, as the driver gives them, in the order of the columns. */
export type PreparedRows = (values: Readonly<Record<string, unknown>>) => Promise<readonly (readonly unknown[])[]>;

/** The small port that an engine implements; all SQL above it is written once. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  readonly tables: Tables;
  /** Committed rows only. */
  readonly reader: Database;
  /** For the few statements that every request runs: neither built nor parsed again. `name` is unique per text. */
  prepare(name: string, statement: StatementText): PreparedRows;
  /** Durable when resolved. The work may run again from its start, in a new transaction. */
  transaction<T>(work: (tx: EngineTransaction) => Promise<T>): Promise<T>;
  now(): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
