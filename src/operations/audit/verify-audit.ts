import type { AuditRow } from '../../domain/audit/audit.ts';
import type { AuditAction } from '../../domain/audit/audit-actions.ts';
import type { Anchor, AuditCursor, AuditFinding, AuditPages } from '../../domain/audit/audit-check.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { type Actor, requireOperator } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

export interface AuditVerification {
  readonly ok: boolean;
  readonly rows: number;
  readonly sealed: number;
  /** At most 200. */
  readonly findings: readonly AuditFinding[];
  /** Sequence number and hash of the last sealed row, to be kept elsewhere as an anchor. */
  readonly head: Anchor | null;
  /** The last row that was archived and cut; null while none were. */
  readonly archived: Anchor | null;
  /** The cursor to go on from. Null at the end. */
  readonly next: string | null;
}

const PAGE = 200;
const FIRST_ACTION: AuditAction = 'instance.start';
/** A call with a cursor ends after this time and can be continued, milliseconds. */
const CALL_MS = 5000;

/**
 * Reads the audit, page by page, and checks every row's HMAC, the chain and the anchors, while others work. With `after`, which is
 * empty at first, for some seconds; `next` says where to go on. Without it, all at once.
 */
export async function verifyAudit(
  services: Services,
  actor: Actor,
  anchors: readonly Anchor[],
  after: string | null = null,
): Promise<AuditVerification> {
  requireOperator(actor);
  const { audit } = services.store.read;
  const [{ head, isBroken }, archived] = [await readHead(services), await audit.archived()];
  const isFirst = after === null || after === '';
  // These losses show without an anchor: the head belongs to the last row, and the first row is always the same.
  const isCut = isFirst && (isBroken || (await isBeginningLost(services, head !== null)));
  const from = after === null || after === '' ? null : readCursor(after);
  const point =
    from === null || from.kept !== null ? null : { seq: from.seq, hash: (await audit.atSeq(from.seq))?.chainHash ?? Buffer.alloc(0) };
  const until = after === null ? Number.POSITIVE_INFINITY : performance.now() + CALL_MS;
  const { ok, findings, rows, sealed, last, next } = await services.auditChain.verify(
    pagesOf(services),
    head === null ? anchors : [...anchors, { seq: head.seq, head: head.chainHash.toString('hex'), at: 0 }],
    { archived, from, point, isOver: () => performance.now() >= until },
  );
  // Rows and head are written together, so that a head which is read behind them is never before them, unless an old one was put back.
  const isBehind = next === null && last !== null && ((await readHead(services)).head?.seq ?? 0) < (last.seq ?? 0);
  const apart: readonly AuditFinding[] = [
    ...(isFirst ? await foreignItems(services) : []),
    ...(isCut || isBehind ? [{ kind: 'truncated' as const, seq: null, rowId: null }] : []),
  ];
  return {
    ok: ok && apart.length === 0,
    rows,
    sealed,
    findings: [...apart, ...findings].slice(0, 200),
    head:
      last === null || last.seq === null || last.chainHash === null
        ? null
        : { seq: last.seq, head: last.chainHash.toString('hex'), at: last.at },
    archived: archived === null ? null : { seq: archived.seq, head: archived.chainHash.toString('hex'), at: archived.at },
    next: next === null ? null : writeCursor(next),
  };
}

/** A trigger can take rows away as they are written, which leaves a chain that is whole in itself. */
async function foreignItems({ store }: Services): Promise<readonly AuditFinding[]> {
  const difference = await store.schemaDifference();
  return difference === null ? [] : [{ kind: 'schema-altered', seq: null, rowId: `${difference.item} of ${difference.table}` }];
}

/** The head is signed: `isBroken` when it is not as the sealer wrote it. */
async function readHead({ store }: Services) {
  try {
    return { head: await store.read.audit.head(), isBroken: false };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'INTEGRITY') throw error;
    return { head: null, isBroken: true };
  }
}

/** The audit begins with the start of the instance, which is never cut, and where anything is sealed there is a head. */
async function isBeginningLost({ store }: Services, hasHead: boolean): Promise<boolean> {
  const first = await store.read.audit.atSeq(1);
  if (first !== null) return !hasHead || first.action !== FIRST_ACTION;
  return hasHead || !(await store.read.audit.unsealed(null, PAGE)).some(({ action }) => action === FIRST_ACTION);
}

function writeCursor({ seq, kept }: AuditCursor): string {
  return kept === null ? `${seq}` : `${seq}/${kept.count}/${kept.hash.toString('hex')}`;
}

function readCursor(text: string): AuditCursor {
  const match = /^(\d{1,15})(?:\/(\d{1,15})\/([0-9a-f]{64}))?$/.exec(text);
  if (match === null) throw badRequest('after', 'Give what `next` said, or an empty text to begin.');
  const [, seq, count, hash] = match;
  return { seq: Number(seq), kept: hash === undefined ? null : { count: Number(count), hash: Buffer.from(hash, 'hex') } };
}

function pagesOf({ store }: Services): AuditPages {
  const { audit } = store.read;
  async function* pages(after: (last: AuditRow | null) => Promise<readonly AuditRow[]>): AsyncIterable<readonly AuditRow[]> {
    let last: AuditRow | null = null;
    for (;;) {
      const page: readonly AuditRow[] = await after(last);
      last = page.at(-1) ?? null;
      if (last === null) return;
      yield page;
    }
  }
  return {
    sealed: (behind) => pages((last) => audit.sealed(last?.seq ?? behind, PAGE)),
    unsealed: () => pages((last) => audit.unsealed(last, PAGE)),
  };
}
