import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';
import type { Notifications } from '../domain/ports/notifications.ts';
import type { WriteOptions } from '../domain/ports/store.ts';
import type { SchemaDifference } from '../domain/ports/upkeep-store.ts';
import type { Tables } from './tables/tables.ts';

/**
 * What the SQL is written against: Drizzle's query builder for PostgreSQL. SQLite's takes the same calls for the statements that we use.
 */
export type Database = Pick<
  PgDatabase<PgQueryResultHKT, Record<string, never>>,
  'select' | 'selectDistinct' | 'insert' | 'update' | 'delete'
>;

/** Where statements run: on committed rows, or inside a transaction. */
export interface StatementSource {
  readonly db: Database;
  /**
   * Runs a text that each connection parses once, and gives the driver's rows as arrays, in the order of the columns. `name` is unique
   * per text; null for one that is not parsed ahead.
   */
  rows(name: string | null, text: string, values: readonly unknown[]): Promise<readonly (readonly unknown[])[]>;
}

/** Usable until the transaction's work has ended: a later statement is refused, since it would run in somebody else's transaction. */
export interface EngineTransaction extends StatementSource {
  /** Epoch milliseconds, the same throughout the transaction. */
  now(): Promise<number>;
  lock(key: string, mode: 'shared' | 'exclusive'): Promise<void>;
  /** Takes the lock exclusively; false, without waiting, where somebody else has it. */
  tryLock(key: string): Promise<boolean>;
}

/** The small port that an engine implements; all SQL above it is written once. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  readonly tables: Tables;
  readonly notifications: Notifications;
  /** Committed rows only. */
  readonly reader: StatementSource;
  /** Durable when resolved. The work may run again from its start, in a new transaction. */
  transaction<T>(work: (tx: EngineTransaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  now(): Promise<number>;
  ping(): Promise<void>;
  schemaDifference(): Promise<SchemaDifference | null>;
  close(): Promise<void>;
}
