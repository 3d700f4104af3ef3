import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Tables } from './tables.ts';

/** What the SQL is written against: Drizzle's query builder for PostgreSQL, which SQLite's answers to for the statements that we use. */
export type Database = Pick<PgDatabase<PgQueryResultHKT, Record<string, never>>, 'select' | 'insert' | 'update' | 'delete'>;

export interface EngineTransaction {
  readonly db: Database;
  /** Epoch milliseconds, the same throughout the transaction. */
  now(): Promise<number>;
  lock(key: string, mode: 'shared' | 'exclusive'): Promise<void>;
}

/** The small port that an engine implements; all SQL above it is written once. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  readonly tables: Tables;
  /** Committed rows only. */
  readonly reader: Database;
  /** Durable when resolved. The work may run again from its start, in a new transaction. */
  transaction<T>(work: (tx: EngineTransaction) => Promise<T>): Promise<T>;
  now(): Promise<number>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
