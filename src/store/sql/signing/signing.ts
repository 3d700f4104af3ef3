import type { EngineTransaction, StatementSource } from '../../engine.ts';

/**
 * Rows that grant, prove, protect or point carry a MAC over their columns, with a key that the database never sees. It is checked wherever
 * such a row is relied on, and made again with each change of the row. A row that does not fit is INTEGRITY.
 */
export interface Signing {
  sign(text: string | Uint8Array): Buffer;
  /**
   * Rows that this transaction has checked, by table and id, since it usually changes rows that it has read before. Null outside of a
   * transaction.
   */
  readonly known: Map<string, KnownRow> | null;
  readonly seen: SeenAuthority;
}

/** The newest list of tokens and grants that this process has read. */
export interface SeenAuthority {
  latest: { readonly mac: Buffer; readonly row: AuthorityRow } | null;
}

/** See authority.ts. */
export interface AuthorityRow {
  readonly id: string;
  readonly revision: number;
  readonly entries: Readonly<Record<string, string>>;
}

export interface SignedSource extends StatementSource {
  readonly signing: Signing;
}

export interface SignedTransaction extends EngineTransaction {
  readonly signing: Signing;
}

export type Row = Readonly<Record<string, unknown>>;

export interface KnownRow {
  readonly row: Row;
  readonly mac: Buffer;
}
