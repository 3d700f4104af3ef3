import type { AuditRow } from './audit.ts';

/** A copy of the chain's head that is kept elsewhere: it shows a cut tail. */
export interface Anchor {
  readonly seq: number;
  /** Hex of the chain hash of that row. */
  readonly head: string;
  readonly at: number;
}

/** A place on the chain: a row's number and chain hash. */
export interface ChainPoint {
  readonly seq: number;
  readonly hash: Buffer;
}

/** Where the chain begins in a store whose older rows were archived and cut. */
export interface ArchivedHead {
  /** The last row that was cut, and its chain hash: the next row of the store is linked to it. */
  readonly seq: number;
  readonly chainHash: Buffer;
  /** How many of the rows up to there stayed, and a chain of keyed hashes over them. */
  readonly kept: number;
  readonly keptHash: Buffer;
  readonly at: number;
  /** Signs all of it: without the master key nobody can cut rows and claim that they were archived. */
  readonly mac: Buffer;
}

export interface AuditFinding {
  /**
   * `unsealed` rows are waiting for the sealer and are no fault. `forged-cut`: the store says that rows were archived and cut, and the
   * record of it is not ours. `cut-altered`: the rows that stayed when others were cut were changed since. `lost`: a row that the gateway
   * had written was gone before it was numbered, as the audit says itself. `schema-altered`: a table is not as the
   * migrations made it, or something hangs on it that is not ours; `rowId` says what.
   */
  readonly kind:
    | 'edited'
    | 'schema-altered'
    | 'missing'
    | 'lost'
    | 'reordered'
    | 'truncated'
    | 'unanchored'
    | 'unsealed'
    | 'forged-cut'
    | 'cut-altered';
  readonly seq: number | null;
  readonly rowId: string | null;
}

/** Rows in pages, so that a log of any length is verified in bounded memory. Each call begins anew. */
export interface AuditPages {
  /** Ordered by number, after this one. */
  sealed(after: number): AsyncIterable<readonly AuditRow[]>;
  unsealed(): AsyncIterable<readonly AuditRow[]>;
}

export interface AuditCheck {
  /** Rows that wait for the sealer are no fault. */
  readonly ok: boolean;
  /** At most 200. */
  readonly findings: readonly AuditFinding[];
  readonly rows: number;
  readonly sealed: number;
  /** The sealed row with the highest number. */
  readonly last: AuditRow | null;
  /** Where to go on; null at the end of the chain. */
  readonly next: AuditCursor | null;
}

/** How far a verification has come: among the rows that stayed after a cut (with their count and chain), or on the chain itself. */
export interface AuditCursor {
  readonly seq: number;
  readonly kept: { readonly count: number; readonly hash: Buffer } | null;
}

/** What is to be verified, and where to begin. */
export interface AuditRange {
  readonly archived: ArchivedHead | null;
  /** Null begins with the rows that stayed after a cut or, where nothing was cut, with the first row. */
  readonly from: AuditCursor | null;
  /** The row that `from` names, where it is on the chain. */
  readonly point: ChainPoint | null;
  /** True once the time of one call is over; the rest is another call's. */
  isOver(): boolean;
}
