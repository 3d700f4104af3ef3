import type { AlteredRow } from '../ports/upkeep-store.ts';

/** What the examination of a store finds wrong. */
export interface Finding {
  /** Empty for a row that belongs to no connection. */
  readonly connectionId: string;
  /** Of a change that does not open: the version it is based on, or 0. */
  readonly version: number;
  /**
   * `not-in-audit`: the audit row of its commit is missing or says something else. `lost`: the audit knows a version that is not stored.
   * `row-altered`: a row is not as it was written. `row-stale`: a token, a grant, a connection, an ended lease, change or session was put back from an old copy. `row-lost`: it was deleted, as was a validation that failed.
   * An audit row is `row-lost` when it was gone before it was sealed. `state-altered`: label, current version, destruction and the destination of a reference do not fit each other.
   * `schema-altered`: a table is not as the migrations made it, or something hangs on it, such as a trigger, that is not ours.
   */
  readonly problem:
    | 'does-not-open'
    | 'mac-broken'
    | 'config-altered'
    | 'content-altered'
    | 'state-altered'
    | 'gap'
    | 'connector-missing'
    | 'not-in-audit'
    | 'lost'
    | 'change-does-not-open'
    | AlteredRow['problem'];
  /** The row that was changed past the gateway, for `row-altered`, `row-stale` and `row-lost`; the table and what differs of it for `schema-altered`. */
  readonly table?: string;
  readonly rowId?: string;
}
