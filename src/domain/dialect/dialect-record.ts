import type { Edit } from '../ports/edit.ts';

/** What of a dialect is kept as records. */
export interface RecordKind {
  readonly dialect: string;
  readonly entity: string;
}

/** Something that a dialect has and we have not. It decides nothing outside of its dialect, and never holds a secret. */
export interface DialectRecord extends RecordKind {
  readonly id: string;
  readonly projectId: string;
  /** What it is found by: unique among those of its kind in the project. */
  readonly key: string;
  /** What it belongs to: the id of a connection, with which it is removed, or of another record. */
  readonly parentId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly createdBy: string | null;
  readonly updatedAt: number;
  readonly updatedBy: string | null;
}

export interface RecordFilter {
  readonly parentId?: string;
  readonly parentIds?: readonly string[];
}

export interface DialectRecordReaders {
  find(projectId: string, kind: RecordKind, key: string): Promise<DialectRecord | null>;
  /**
   * In the order they were made, at most `limit`; callers ask for one more than they can take, to see whether there are too many. One that was
   * altered is marked so.
   */
  list(projectId: string, kind: RecordKind, filter: RecordFilter, limit: number): Promise<readonly DialectRecord[]>;
}

export interface DialectRecordWriters extends DialectRecordReaders {
  /** False when the key is taken: of two racing callers one gets true. */
  insert(record: DialectRecord): Promise<boolean>;
  /** The record as it is then; null when it is gone. Of two racing callers the second writes over what the first wrote. */
  update(projectId: string, id: string, data: DialectRecord['data'], edit: Edit): Promise<DialectRecord | null>;
  /** False when it was gone before. */
  remove(projectId: string, id: string): Promise<boolean>;
  /** All that belongs to a connection that is removed, of whichever dialect. */
  removeOf(projectId: string, parentId: string): Promise<void>;
}
