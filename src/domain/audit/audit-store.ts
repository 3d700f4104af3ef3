import type { PageRequest } from '../ports/page.ts';
import type { AuditRow, LinkedRow } from './audit.ts';
import type { ArchivedHead } from './audit-check.ts';

export interface AuditFilter {
  readonly entityId?: string;
  readonly actions?: readonly string[];
  readonly from?: number;
  readonly to?: number;
}

export interface AuditArchiveReaders {
  /** Where the chain begins since older rows were cut; null while none were. Whoever relies on it checks its MAC. */
  archived(): Promise<ArchivedHead | null>;
  /** The sealed row of this number. */
  atSeq(seq: number): Promise<AuditRow | null>;
}

export interface AuditArchiveWriters extends AuditArchiveReaders {
  /**
   * Deletes the rows after number `after`, up to the head, that prove nothing about what is stored, and makes the chain begin at that head.
   * Take `lock('audit-cut', 'exclusive')` first and read `archived` after it: of two racing callers the second continues where the first
   * ended.
   */
  cut(after: number, head: ArchivedHead): Promise<void>;
}

export interface AuditReaders extends AuditArchiveReaders {
  /** In no particular order; those that are there. */
  byIds(ids: readonly string[]): Promise<readonly AuditRow[]>;
  /** The numbers of those that are there; null of one that waits for the sealer. */
  sequenceNumbers(ids: readonly string[]): Promise<ReadonlyMap<string, number | null>>;
  find(projectId: string, id: string): Promise<AuditRow | null>;
  /** Newest first. */
  page(projectId: string, filter: AuditFilter, page: PageRequest): Promise<readonly AuditRow[]>;
  /** Oldest first, of a time: `after` is the last one seen. */
  pageFromOldest(projectId: string, filter: Pick<AuditFilter, 'from' | 'to'>, page: PageRequest): Promise<readonly AuditRow[]>;
  /** Rows of commits and of resealings of one connection (or of restores), by (at, id), that were written from `from` to `to`; `after` is the last one seen. */
  commitsOf(
    entityId: string,
    time: { readonly from: number; readonly to: number },
    after: Pick<AuditRow, 'at' | 'id'> | null,
    limit: number,
  ): Promise<readonly AuditRow[]>;
  /** Rows of the resealings of one connection, newest first; `after` is the last one seen. */
  resealsOf(entityId: string, after: Pick<AuditRow, 'at' | 'id'> | null, limit: number): Promise<readonly AuditRow[]>;
  /** Rows of commits and of resealings of all connections, by (entityId, at, id). */
  scanCommits(after: Pick<AuditRow, 'entityId' | 'at' | 'id'> | null, limit: number): Promise<readonly AuditRow[]>;
  /** Rows of all projects that report lost rows, the oldest first. */
  losses(limit: number): Promise<readonly AuditRow[]>;
  /** All projects' sealed rows by number; `after` is the last one seen. */
  sealed(after: number | null, limit: number): Promise<readonly AuditRow[]>;
  /** All projects' rows that the sealer has yet to number, by (at, id). */
  unsealed(after: Pick<AuditRow, 'at' | 'id'> | null, limit: number): Promise<readonly AuditRow[]>;
  head(): Promise<{ readonly seq: number; readonly chainHash: Buffer } | null>;
  /** Rows that the sealer has yet to number, counted up to `most`. */
  countUnsealed(most: number): Promise<number>;
}

export interface AuditWriters extends AuditReaders, AuditArchiveWriters {
  append(row: AuditRow): Promise<void>;
  /**
   * Numbers and chains up to `limit` unsealed rows, in (at, id) order. One sealer at a time: one that
   * meets another at work leaves its turn out, since that seals the same rows.
   * `start` is the hash before the first row, `link` gives the chain hash of a row. Returns how many were sealed.
   */
  seal(limit: number, start: Buffer, link: (previous: Buffer, seq: number, row: LinkedRow) => Buffer): Promise<number>;
}
