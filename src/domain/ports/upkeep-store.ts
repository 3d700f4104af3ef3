import type { PageRequest } from './page.ts';

/** Rows that began and ended by these times. They are found by their beginning: a narrow bound of it keeps the store from reading others. */
export interface RetentionBounds {
  readonly begunBy: number;
  readonly endedBy: number;
}

/** Each deletes at most `limit` rows whose time is over, and returns how many. What is alive is never among them. */
export interface RetentionWriters {
  leases(projectId: string, bounds: RetentionBounds, limit: number): Promise<number>;
  /** COMMITTED and DISCARDED ones, with what is left of what they sealed. */
  changes(projectId: string, bounds: RetentionBounds, limit: number): Promise<number>;
  /** Looks at `limit` rows behind `after`, of which some are needed; `next` is where to go on. */
  validations(
    before: number,
    after: PageRequest['after'],
    limit: number,
  ): Promise<{ readonly deleted: number; readonly next: NonNullable<PageRequest['after']> | null }>;
  sessions(before: number, limit: number): Promise<number>;
  replayGuards(before: number, limit: number): Promise<number>;
  events(before: number, limit: number): Promise<number>;
}

export interface ClockReaders {
  /** A time that is kept under this name; null where there is none. */
  find(id: string): Promise<number | null>;
}

export interface ClockWriters extends ClockReaders {
  set(id: string, at: number): Promise<void>;
}

/** Something that the migrations did not make, such as a trigger, or made otherwise. */
export interface SchemaDifference {
  /** The table that it belongs to. */
  readonly table: string;
  /** What it is, and its name. */
  readonly item: string;
  /** The whole in words. */
  readonly text: string;
}

/**
 * `row-altered`: the row is not as we wrote it. `row-stale`: it is an older copy. `row-lost`: the list of what gives rights names it, and
 * it is not there. `schema-altered`: the table itself, or what hangs on it, is not as the migrations made it; `rowId` says what.
 */
export interface AlteredRow {
  readonly table: string;
  readonly rowId: string;
  readonly problem: 'row-altered' | 'row-stale' | 'row-lost' | 'schema-altered';
}

/** For `doctor`: what was changed past the gateway. */
export interface IntegrityReaders {
  /** The tables whose rows are signed, in the order in which they are looked through. */
  tables(): Promise<readonly string[]>;
  /** What is wrong with the next rows of a table by id; `after` is what the call before gave as `next`, which is null at the end. */
  scan(
    table: string,
    after: readonly unknown[] | null,
    limit: number,
  ): Promise<{ readonly found: readonly AlteredRow[]; readonly next: readonly unknown[] | null }>;
  /** Entries of the list of tokens, provider grants and destinations that have no row, among the next `limit` entries. */
  lost(after: string | null, limit: number): Promise<{ readonly found: readonly AlteredRow[]; readonly next: string | null }>;
}
