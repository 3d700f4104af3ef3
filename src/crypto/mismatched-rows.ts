import type { AuditRow } from '../domain/audit/audit.ts';
import type { AuditFinding, AuditPages } from '../domain/audit/audit-check.ts';
import type { Vault } from '../domain/ports/vault.ts';
import type { Pacer } from '../domain/time/pacer.ts';
import { chainHash } from './audit-signatures.ts';

/** How long a search may take for the position where a misplaced row would fit, milliseconds. */
const MISMATCHES_MS = 5000;

/** A row that does not fit where it is. */
export interface Mismatch {
  readonly row: AuditRow;
  readonly seq: number;
  /** Chain hash of the row before. */
  readonly previous: Buffer;
  readonly stored: Buffer;
}

interface Misplaced {
  readonly vault: Vault;
  readonly pages: AuditPages;
  readonly mismatches: readonly Mismatch[];
  readonly pacer: Pacer;
}

/**
 * A mismatch is `reordered` when another row would fit in its place, or when it would fit after another row: rows have got each other's
 * numbers.
 */
export async function classifyMismatches({ vault, pages, mismatches, pacer }: Misplaced): Promise<readonly AuditFinding[]> {
  const elsewhere = new Set<Mismatch>();
  const until = performance.now() + MISMATCHES_MS;
  if (mismatches.length > 0)
    for await (const page of pages.sealed(0)) {
      if (performance.now() > until || elsewhere.size === mismatches.length) break;
      for (const row of page) {
        for (const mismatch of mismatches) if (!elsewhere.has(mismatch) && swaps(vault, mismatch, row)) elsewhere.add(mismatch);
        await pacer.pause();
      }
    }
  return mismatches.map((mismatch) => ({
    kind: elsewhere.has(mismatch) ? 'reordered' : 'edited',
    seq: mismatch.seq,
    rowId: mismatch.row.id,
  }));
}

function swaps(vault: Vault, { row: own, seq, previous, stored }: Mismatch, row: AuditRow): boolean {
  if (row.seq === seq) return false;
  const link = row.chainHash;
  const fits = [stored, link].some((hash) => hash !== null && chainHash(vault, previous, seq, row).equals(hash));
  return fits || (link !== null && [seq, (row.seq ?? 0) + 1].some((place) => chainHash(vault, link, place, own).equals(stored)));
}
