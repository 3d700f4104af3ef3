import type { Anchor, AuditCheck, AuditFinding, AuditPages, AuditRow, LinkedRow } from '../domain/audit.ts';
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
export function chainHash(vault: Vault, previous: Uint8Array, seq: number, row: LinkedRow): Buffer {
  return vault.keyedHash('audit', previous, String(seq), row.id, row.rowHmac);
}

/** The chain hash before the first row. */
export const CHAIN_START = Buffer.alloc(32);

/** Findings of either sort that are kept; more are only known to be there. */
const MOST_FINDINGS = 100;

/** A row that does not fit where it is. */
interface Misfit {
  readonly row: AuditRow;
  readonly seq: number;
  /** Chain hash of the row before. */
  readonly previous: Buffer;
  readonly stored: Buffer;
}

/**
 * Checks every row's signature, the numbers, the chain, and that each anchor is on it. `edited`: a row's content or its chain
 * hash does not fit. `missing`: numbers are left out. `reordered`: a row's number is not its place. `truncated`: an anchor lies
 * past the last row. `unanchored`: the row an anchor names has another hash. At most 100 findings of rows that are at fault, and
 * 100 of rows that wait for the sealer.
 */
export async function verifyAuditChain(vault: Vault, pages: AuditPages, anchors: readonly Anchor[]): Promise<AuditCheck> {
  const faults: AuditFinding[] = [];
  const waiting: AuditFinding[] = [];
  const misfits: Misfit[] = [];
  const fault = (finding: AuditFinding) => void (faults.length < MOST_FINDINGS && faults.push(finding));
  const sign = (row: AuditRow) => {
    if (!auditRowHmac(vault, row).equals(row.rowHmac)) fault({ kind: 'edited', seq: row.seq, rowId: row.id });
  };
  const open = new Set(anchors);
  let unsealed = 0;
  for await (const page of pages.unsealed()) {
    for (const row of page) {
      if (waiting.length < MOST_FINDINGS) waiting.push({ kind: 'unsealed', seq: null, rowId: row.id });
      sign(row);
    }
    unsealed += page.length;
  }
  let sealed = 0;
  let last: AuditRow | null = null;
  for await (const page of pages.sealed()) {
    const hashes = new Map(page.map((row) => [row.seq ?? 0, row]));
    for (const row of page) {
      sign(row);
      const seq = row.seq ?? 0;
      const stored = row.chainHash ?? Buffer.alloc(0);
      const expected: number = (last?.seq ?? 0) + 1;
      for (let left = expected; left < seq && faults.length < MOST_FINDINGS; left += 1) fault({ kind: 'missing', seq: left, rowId: null });
      const previous = last?.chainHash ?? CHAIN_START;
      if (seq === expected && !chainHash(vault, previous, seq, row).equals(stored) && misfits.length < MOST_FINDINGS)
        misfits.push({ row, seq, previous, stored });
      last = row;
    }
    for (const anchor of open) {
      const row = hashes.get(anchor.seq);
      if (row === undefined) continue;
      open.delete(anchor);
      if (row.chainHash?.toString('hex') !== anchor.head) fault({ kind: 'unanchored', seq: anchor.seq, rowId: row.id });
    }
    sealed += page.length;
  }
  for (const { seq } of open) fault({ kind: seq > (last?.seq ?? 0) ? 'truncated' : 'missing', seq, rowId: null });
  for (const finding of await tellMisfits(vault, pages, misfits)) fault(finding);
  return { ok: faults.length === 0, findings: unique([...faults, ...waiting]), rows: sealed + unsealed, sealed, last };
}

/** A misfit is `reordered` when another row would fit its place, or it fits behind another one: rows were given each other's numbers. */
async function tellMisfits(vault: Vault, pages: AuditPages, misfits: readonly Misfit[]): Promise<readonly AuditFinding[]> {
  const elsewhere = new Set<Misfit>();
  if (misfits.length > 0)
    for await (const page of pages.sealed())
      for (const row of page) for (const misfit of misfits) if (!elsewhere.has(misfit) && swaps(vault, misfit, row)) elsewhere.add(misfit);
  return misfits.map((misfit) => ({ kind: elsewhere.has(misfit) ? 'reordered' : 'edited', seq: misfit.seq, rowId: misfit.row.id }));
}

function swaps(vault: Vault, { row: own, seq, previous, stored }: Misfit, row: AuditRow): boolean {
  if (row.seq === seq) return false;
  const link = row.chainHash;
  const fits = [stored, link].some((hash) => hash !== null && chainHash(vault, previous, seq, row).equals(hash));
  return fits || (link !== null && [seq, (row.seq ?? 0) + 1].some((place) => chainHash(vault, link, place, own).equals(stored)));
}

function unique(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  return [...new Map(findings.map((finding) => [`${finding.kind}/${finding.seq}/${finding.rowId}`, finding])).values()];
}
