import type { PageRequest } from './page.ts';

/** Deletes at most `limit` rows that are older than `before`, and tells how many: what is alive is not among them. */
/** Of rows that began and ended by these times. They are found by their beginning, so that a narrow bound of it keeps others from being read. */
export interface Past {
  readonly begunBy: number;
  readonly endedBy: number;
}

export interface RetentionWriters {
  leases(projectId: string, past: Past, limit: number): Promise<number>;
  /** COMMITTED and DISCARDED ones, with what is left of what they sealed. */
  changes(projectId: string, past: Past, limit: number): Promise<number>;
  /** Looks at `limit` rows behind `after`, of which some are needed; `next` is where to go on. */
  validations(
    before: number,
    after: PageRequest['after'],
    limit: number,
  ): Promise<{ readonly deleted: number; readonly next: NonNullable<PageRequest['after']> | null }>;
  sessions(before: number, limit: number): Promise<number>;
  events(before: number, limit: number): Promise<number>;
}

export interface ClockReaders {
  /** A time that is kept under this name; null where there is none. */
  find(id: string): Promise<number | null>;
}

export interface ClockWriters extends ClockReaders {
  set(id: string, at: number): Promise<void>;
}

/** A row that is not as we wrote it, or not what we wrote last: `stale`. `lost`: the list of what gives rights names it, and it is not there. */
export interface AlteredRow {
  readonly table: string;
  readonly rowId: string;
  readonly problem: 'row-altered' | 'row-stale' | 'row-lost';
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
  /** What the list of tokens, provider grants and destinations names and is not stored, among the next `limit` of it. */
  lost(after: string | null, limit: number): Promise<{ readonly found: readonly AlteredRow[]; readonly next: string | null }>;
}
