import type { AuditRow, LinkedRow } from './audit.ts';
import type { Anchor, ArchivedHead, AuditCheck, AuditPages, AuditRange } from './audit-check.ts';

/** Signs audit rows and links them, so that an edit of the database can be told. */
export interface AuditChain {
  /** Signs an entry; its number and place in the chain come later, from the sealer. */
  sign(row: Omit<AuditRow, 'rowHmac' | 'seq' | 'chainHash'>): Buffer;
  /** The chain hash before the first row. */
  readonly start: Buffer;
  link(previous: Buffer, seq: number, row: LinkedRow): Buffer;
  verify(pages: AuditPages, anchors: readonly Anchor[], range: AuditRange): Promise<AuditCheck>;
  /** Signs the record of rows that were archived and cut. */
  signCut(head: Omit<ArchivedHead, 'mac'>): Buffer;
  /** Adds one more row to the hash over the rows that stay when those around them are cut. */
  keep(previous: Buffer, seq: number, row: LinkedRow): Buffer;
  signSegment(from: number, through: number, previous: Buffer, head: Buffer): Buffer;
}
