import { type AuditRow, lostIds } from '../domain/audit/audit.ts';
import type {
  Anchor,
  ArchivedHead,
  AuditCheck,
  AuditCursor,
  AuditFinding,
  AuditPages,
  AuditRange,
  ChainPoint,
} from '../domain/audit/audit-check.ts';
import type { Vault } from '../domain/ports/vault.ts';
import { createPacer, type Pacer } from '../domain/time/pacer.ts';
import { auditRowHmac, CHAIN_START, chainHash, keptHash, signCut } from './audit-signatures.ts';
import { classifyMismatches, type Mismatch } from './mismatched-rows.ts';

/** How many findings of each sort are kept. When there are more, only that fact is kept. */
const MOST_FINDINGS = 100;
/**
 * Checks every row's signature, the numbers, the chain, and that each anchor is on it. `edited`: a row's content or its chain
 * hash does not fit. `missing`: numbers are left out. `reordered`: a row's number is not its place. `truncated`: an anchor lies
 * past the last row. `unanchored`: the row an anchor names has another hash. `lost`: a row says that this one was gone unnumbered. At most 100 findings of rows that are at fault, and
 * 100 of rows that wait for the sealer, which are looked at in the end. Whatever waits for the event loop gets in between.
 */
export async function verifyAuditChain(
  vault: Vault,
  pages: AuditPages,
  anchors: readonly Anchor[],
  range: AuditRange = WHOLE,
): Promise<AuditCheck> {
  const check: Check = { vault, pages, range, pacer: createPacer(), faults: [], waiting: [], mismatches: [], rows: 0 };
  const { archived } = range;
  const isOurs = archived === null || signCut(vault, archived).equals(archived.mac);
  if (archived !== null && !isOurs) fault(check, 'forged-cut', archived.seq, null);
  const start = archived === null || !isOurs ? { seq: 0, hash: CHAIN_START } : { seq: archived.seq, hash: archived.chainHash };
  const inKept = archived !== null && isOurs && (range.from === null || range.from.kept !== null);
  const keptNext = inKept ? await verifyKept(check, archived) : null;
  if (keptNext !== null) return answer(check, { sealed: check.rows, last: null, next: keptNext });
  const point = inKept || range.point === null || range.point.seq < start.seq ? start : range.point;
  if (point === start && isOurs) requireAnchored(check, anchors, start);
  const { last, end } = await verifyLinks(check, point, anchors);
  const sealed = check.rows;
  // Telling a mismatch from a swap takes a look at all rows; only a check that runs in one call has the time for that.
  for (const finding of await classifyMismatches(check)) fault(check, finding.kind, finding.seq, finding.rowId);
  if (!end && last !== null) return answer(check, { sealed, last, next: { seq: last.seq ?? 0, kept: null } });
  for (const { seq } of anchors) if (seq > (last?.seq ?? point.seq)) fault(check, 'truncated', seq, null);
  await verifyWaiting(check);
  return answer(check, { sealed, last, next: null });
}

const WHOLE: AuditRange = { archived: null, from: null, point: null, isOver: () => false };

/** What one call has found so far. */
interface Check {
  readonly vault: Vault;
  readonly pages: AuditPages;
  readonly range: AuditRange;
  readonly pacer: Pacer;
  readonly faults: AuditFinding[];
  readonly waiting: AuditFinding[];
  readonly mismatches: Mismatch[];
  rows: number;
}

function fault({ faults }: Check, kind: AuditFinding['kind'], seq: number | null, rowId: string | null): void {
  if (faults.length < MOST_FINDINGS) faults.push({ kind, seq, rowId });
}

function checkSignature(check: Check, row: AuditRow): void {
  if (!auditRowHmac(check.vault, row).equals(row.rowHmac)) fault(check, 'edited', row.seq, row.id);
  // A row that somebody made up is reported as edited, and its content is not believed.
  else for (const id of lostIds(row)) fault(check, 'lost', null, id);
}

function answer({ faults, waiting, rows }: Check, found: Pick<AuditCheck, 'sealed' | 'last' | 'next'>): AuditCheck {
  return { ok: faults.length === 0, findings: unique([...faults, ...waiting]), rows, ...found };
}

/** Checks that the rows which were kept at a cut are unchanged. Returns where to go on, or null at the end. */
async function verifyKept(check: Check, archived: ArchivedHead): Promise<AuditCursor | null> {
  const { vault, pages, range, pacer } = check;
  let { count, hash } = range.from?.kept ?? { count: 0, hash: CHAIN_START };
  for await (const page of pages.sealed(range.from?.seq ?? 0)) {
    for (const row of page) {
      const seq = row.seq ?? 0;
      if (seq > archived.seq) break;
      checkSignature(check, row);
      hash = keptHash(vault, hash, seq, row);
      count += 1;
      check.rows += 1;
      await pacer.pause();
    }
    const last = page.at(-1)?.seq ?? 0;
    if (last > archived.seq) break;
    if (range.isOver()) return { seq: last, kept: { count, hash } };
  }
  if (count !== archived.kept || !hash.equals(archived.keptHash)) fault(check, 'cut-altered', archived.seq, null);
  return null;
}

/** An anchor below the cut lies in the archive, which is verified apart; one at the cut itself is known here. */
function requireAnchored(check: Check, anchors: readonly Anchor[], { seq, hash }: ChainPoint): void {
  for (const anchor of anchors)
    if (seq > 0 && anchor.seq === seq && anchor.head !== hash.toString('hex')) fault(check, 'unanchored', seq, null);
}

async function verifyLinks(
  check: Check,
  from: ChainPoint,
  anchors: readonly Anchor[],
): Promise<{ readonly last: AuditRow | null; readonly end: boolean }> {
  const { vault, pages, range, pacer, mismatches } = check;
  const open = new Map(anchors.filter(({ seq }) => seq > from.seq).map((anchor) => [`${anchor.seq}/${anchor.head}`, anchor]));
  const anchored = new Map<number, Anchor[]>();
  for (const anchor of open.values()) anchored.set(anchor.seq, [...(anchored.get(anchor.seq) ?? []), anchor]);
  let last: AuditRow | null = null;
  for await (const page of pages.sealed(from.seq)) {
    for (const row of page) {
      checkSignature(check, row);
      const seq = row.seq ?? 0;
      const stored = row.chainHash ?? Buffer.alloc(0);
      const before: ChainPoint = last === null ? from : { seq: last.seq ?? 0, hash: last.chainHash ?? Buffer.alloc(0) };
      const expected = before.seq + 1;
      for (let left = expected; left < seq && check.faults.length < MOST_FINDINGS; left += 1) fault(check, 'missing', left, null);
      const isMismatch = seq === expected && !chainHash(vault, before.hash, seq, row).equals(stored);
      if (isMismatch && mismatches.length < MOST_FINDINGS) mismatches.push({ row, seq, previous: before.hash, stored });
      for (const anchor of anchored.get(seq) ?? []) if (stored.toString('hex') !== anchor.head) fault(check, 'unanchored', seq, row.id);
      last = row;
      check.rows += 1;
      await pacer.pause();
    }
    if (range.isOver()) return { last, end: false };
  }
  return { last, end: true };
}

async function verifyWaiting(check: Check): Promise<void> {
  for await (const page of check.pages.unsealed())
    for (const row of page) {
      if (check.waiting.length < MOST_FINDINGS) check.waiting.push({ kind: 'unsealed', seq: null, rowId: row.id });
      checkSignature(check, row);
      check.rows += 1;
      await check.pacer.pause();
    }
}

function unique(findings: readonly AuditFinding[]): readonly AuditFinding[] {
  return [...new Map(findings.map((finding) => [`${finding.kind}/${finding.seq}/${finding.rowId}`, finding])).values()];
}
