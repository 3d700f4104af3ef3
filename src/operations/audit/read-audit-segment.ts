import type { AuditRow } from '../../domain/audit/audit.ts';
import type { AuditFinding } from '../../domain/audit/audit-check.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { createPacer } from '../../domain/time/pacer.ts';
import { type Actor, requireOperator } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/** A piece of the chain as it is kept in files: it opens with the hash that it is linked to, and is signed. */
export interface AuditSegment {
  readonly from: number;
  readonly through: number;
  /** Chain hash before the first row, and of the last one: hex. */
  readonly previous: string;
  readonly head: string;
  readonly signature: string;
  /** Each row as the text of a JSON object. */
  readonly rows: readonly string[];
}

/** A segment fits into one request when it is verified later, whatever its rows say. */
const MOST_ROWS = 200;
const MOST_CHARACTERS = 120_000;

/** The next segment of the sealed chain behind this row, of rows that were written before `before`; null where there is none. */
export async function readAuditSegment(services: Services, actor: Actor, after: number, before: number): Promise<AuditSegment | null> {
  requireOperator(actor);
  const { store, auditChain } = services;
  const archived = await store.read.audit.archived();
  const begin = Math.max(after, archived?.seq ?? 0);
  const rows: AuditRow[] = [];
  const texts: string[] = [];
  let length = 0;
  for (const row of await store.read.audit.sealed(begin, MOST_ROWS)) {
    const text = writeRow(row);
    length += text.length;
    if (row.at >= before || (rows.length > 0 && length > MOST_CHARACTERS)) break;
    rows.push(row);
    texts.push(text);
  }
  const last = rows.at(-1);
  if (last === undefined) return null;
  const previous = begin === 0 ? auditChain.start : await hashAt(services, begin);
  const head = last.chainHash ?? Buffer.alloc(0);
  const [from, through] = [begin + 1, last.seq ?? 0];
  return {
    from,
    through,
    previous: previous.toString('hex'),
    head: head.toString('hex'),
    signature: auditChain.signSegment(from, through, previous, head).toString('hex'),
    rows: texts,
  };
}

async function hashAt({ store }: Services, seq: number): Promise<Buffer> {
  const archived = await store.read.audit.archived();
  if (archived?.seq === seq) return archived.chainHash;
  const row = await store.read.audit.atSeq(seq);
  if (row === null) throw badRequest('after', 'There is no such row.');
  return row.chainHash ?? Buffer.alloc(0);
}

/** What is wrong with a segment that was kept in a file; nothing needs to be stored of it any more. */
export async function verifyAuditSegment(services: Services, actor: Actor, segment: AuditSegment): Promise<readonly AuditFinding[]> {
  requireOperator(actor);
  const { auditChain } = services;
  const pacer = createPacer();
  const findings: AuditFinding[] = [];
  let previous: Buffer = readHash(segment.previous);
  let seq = segment.from - 1;
  for (const text of segment.rows) {
    seq += 1;
    const row = readRow(text);
    if (row === null || row.seq === null) findings.push({ kind: 'edited', seq, rowId: null });
    else {
      for (; seq < row.seq && findings.length < MOST_ROWS; seq += 1) findings.push({ kind: 'missing', seq, rowId: null });
      seq = row.seq;
      const link = auditChain.link(previous, seq, row);
      if (!auditChain.sign(row).equals(row.rowHmac) || !link.equals(row.chainHash ?? Buffer.alloc(0)))
        findings.push({ kind: 'edited', seq, rowId: row.id });
      previous = row.chainHash ?? Buffer.alloc(0);
    }
    await pacer.pause();
  }
  const signature = auditChain.signSegment(segment.from, segment.through, readHash(segment.previous), readHash(segment.head));
  if (seq < segment.through) findings.push({ kind: 'truncated', seq: segment.through, rowId: null });
  else if (seq > segment.through || previous.toString('hex') !== segment.head || signature.toString('hex') !== segment.signature)
    findings.push({ kind: 'edited', seq: segment.through, rowId: null });
  return findings;
}

function writeRow({ rowHmac, chainHash, ...row }: AuditRow): string {
  return JSON.stringify({ ...row, rowHmac: rowHmac.toString('hex'), chainHash: chainHash?.toString('hex') ?? null });
}

/** Null if the text is no row. The signature shows whether the row is ours. */
function readRow(text: string): AuditRow | null {
  try {
    const { rowHmac, chainHash, ...row } = JSON.parse(text) as Omit<AuditRow, 'rowHmac' | 'chainHash'> & {
      readonly rowHmac: string;
      readonly chainHash: string;
    };
    return { ...row, seq: Number.isSafeInteger(row.seq) ? row.seq : null, rowHmac: readHash(rowHmac), chainHash: readHash(chainHash) };
  } catch {
    return null;
  }
}

function readHash(text: unknown): Buffer {
  return Buffer.from(typeof text === 'string' ? text : '', 'hex');
}
