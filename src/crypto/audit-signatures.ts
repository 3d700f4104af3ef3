import type { AuditRow, LinkedRow } from '../domain/audit/audit.ts';
import type { ArchivedHead } from '../domain/audit/audit-check.ts';
import { canonicalJson } from '../domain/json/canonical-json.ts';
import type { Vault } from '../domain/ports/vault.ts';

export type UnsignedAuditRow = Omit<AuditRow, 'rowHmac' | 'seq' | 'chainHash'>;

/** Signs all that the row says; its number and chain hash come later and are bound by the chain. */
export function auditRowHmac(vault: Vault, row: UnsignedAuditRow): Buffer {
  const { id, projectId, at, actorTokenId, actorName, action, entity, entityId, details, requestId, clientIp, client } = row;
  return vault.keyedHash(
    'audit',
    canonicalJson({ id, projectId, at, actorTokenId, actorName, action, entity, entityId, details, requestId, clientIp, client }),
  );
}

/** Keyed hash of the row, its number and all rows before it: nobody who only edits the database can renumber rows. */
export function chainHash(vault: Vault, previous: Uint8Array, seq: number, row: LinkedRow): Buffer {
  return vault.keyedHash('audit', previous, String(seq), row.id, row.rowHmac);
}

/** Signs the record of a cut: where the chain begins now, and which of the rows before it stayed. */
export function signCut(vault: Vault, { seq, chainHash, kept, keptHash, at }: Omit<ArchivedHead, 'mac'>): Buffer {
  return vault.keyedHash('audit', 'cut', String(seq), chainHash, String(kept), keptHash, String(at));
}

/** Adds one more row to the hash over the rows that stay when those around them are cut. */
export function keptHash(vault: Vault, previous: Uint8Array, seq: number, row: LinkedRow): Buffer {
  return vault.keyedHash('audit', 'kept', previous, String(seq), row.id, row.rowHmac);
}

/** Signs a segment of the archive; the chain hash at its end stands for all of its rows. */
export function signSegment(
  vault: Vault,
  { from, through }: { readonly from: number; readonly through: number },
  previous: Uint8Array,
  head: Uint8Array,
): Buffer {
  return vault.keyedHash('audit', 'segment', String(from), String(through), previous, head);
}

/** The chain hash before the first row. */
export const CHAIN_START = Buffer.alloc(32);
