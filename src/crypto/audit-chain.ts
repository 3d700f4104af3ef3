import type { Anchor, AuditFinding, AuditRow } from '../domain/audit.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import type { Vault } from '../domain/vault.ts';

export type UnsignedAuditRow = Omit<AuditRow, 'rowHmac' | 'seq' | 'chainHash'>;

/** Signs all that the row says; its number and chain hash come later and are bound by the chain. */
export function auditRowHmac(vault: Vault, row: UnsignedAuditRow): Buffer {
  const { id, projectId, at, actorTokenId, actorName, action, entity, entityId, details, requestId, clientIp, client } = row;
  return vault.keyedHash(
    'audit',
    canonicalJson({ id, projectId, at, actorTokenId, actorName, action, entity, entityId, details, requestId, clientIp, client }),
  );
}

/** Keyed hash of the row, its number and all rows before it: whoever edits the database can't number the rows anew. */
export function chainHash(vault: Vault, previous: Uint8Array, seq: number, row: Pick<AuditRow, 'id' | 'rowHmac'>): Buffer {
  return vault.keyedHash('audit', previous, String(seq), row.id, row.rowHmac);
}

/** The chain hash before the first row. */
export const CHAIN_START = Buffer.alloc(32);

/**
 * Checks every row's signature, the numbers, the chain, and that each anchor is on it. `edited`: a row's content or its chain
 * hash does not fit. `missing`: numbers are left out. `reordered`: a row's number is not its place. `truncated`: an anchor lies
 * past the last row. `unanchored`: the row an anchor names has another hash.
 */
export function verifyAuditChain(vault: Vault, rows: readonly AuditRow[], anchors: readonly Anchor[]): readonly AuditFinding[] {
  const findings: AuditFinding[] = [];
  const sealed = rows.filter((row) => row.seq !== null).sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  for (const row of rows) {
    if (row.seq === null) findings.push({ kind: 'unsealed', seq: null, rowId: row.id });
    if (!auditRowHmac(vault, row).equals(row.rowHmac)) findings.push({ kind: 'edited', seq: row.seq, rowId: row.id });
  }
  let previous: Buffer = CHAIN_START;
  let expected = 1;
  for (const row of sealed) {
    const seq = row.seq ?? 0;
    const stored = row.chainHash ?? Buffer.alloc(0);
    for (; expected < seq; expected += 1) findings.push({ kind: 'missing', seq: expected, rowId: null });
    const gap = findings.at(-1)?.kind === 'missing' && findings.at(-1)?.seq === seq - 1;
    if (seq < expected) findings.push({ kind: 'reordered', seq, rowId: row.id });
    else if (!gap && !chainHash(vault, previous, seq, row).equals(stored))
      findings.push({ kind: isElsewhere(vault, sealed, previous, seq, stored) ? 'reordered' : 'edited', seq, rowId: row.id });
    previous = stored;
    expected = Math.max(expected, seq + 1);
  }
  for (const anchor of anchors) {
    const row = sealed.find(({ seq }) => seq === anchor.seq);
    if (row === undefined) findings.push({ kind: anchor.seq >= expected ? 'truncated' : 'missing', seq: anchor.seq, rowId: null });
    else if (row.chainHash?.toString('hex') !== anchor.head) findings.push({ kind: 'unanchored', seq: anchor.seq, rowId: row.id });
  }
  return unique(findings);
}

/** True when another row would fit this place, or this row fits behind another one: rows were given each other's numbers. */
function isElsewhere(vault: Vault, sealed: readonly AuditRow[], previous: Buffer, seq: number, stored: Buffer): boolean {
  const own = sealed.find((row) => row.seq === seq);
  return sealed.some((row) => {
    if (row.seq === seq) return false;
    const fits = [stored, row.chainHash].some((hash) => hash !== null && chainHash(vault, previous, seq, row).equals(hash));
    const link = row.chainHash;
    return (
      fits ||
      (own !== undefined && link !== null && [seq, (row.seq ?? 0) + 1].some((place) => chainHash(vault, link, place, own).equals(stored)))
    );
  });
}

function unique(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  return [...new Map(findings.map((finding) => [`${finding.kind}/${finding.seq}/${finding.rowId}`, finding])).values()];
}
