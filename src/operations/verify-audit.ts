import { type Actor, requireOperator } from '../domain/actor.ts';
import type { Anchor, AuditFinding, AuditPages, AuditRow } from '../domain/audit.ts';
import type { Services } from './services.ts';

export interface AuditVerification {
  readonly ok: boolean;
  readonly rows: number;
  readonly sealed: number;
  /** At most 100. */
  readonly findings: readonly AuditFinding[];
  /** Sequence number and hash of the last sealed row, to be kept elsewhere as an anchor. */
  readonly head: Anchor | null;
}

const PAGE = 1000;

/** Reads the whole audit, page by page, and checks every row's HMAC, the chain and the anchors. */
export async function verifyAudit(services: Services, actor: Actor, anchors: readonly Anchor[]): Promise<AuditVerification> {
  requireOperator(actor);
  const head = await services.store.read.audit.head();
  const { ok, findings, rows, sealed, last } = await services.auditChain.verify(
    pagesOf(services),
    head === null ? anchors : [...anchors, { seq: head.seq, head: head.chainHash.toString('hex'), at: 0 }],
  );
  return {
    ok,
    rows,
    sealed,
    findings: findings.slice(0, 100),
    head:
      last === null || last.seq === null || last.chainHash === null
        ? null
        : { seq: last.seq, head: last.chainHash.toString('hex'), at: last.at },
  };
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
    sealed: () => pages((last) => audit.sealed(last?.seq ?? null, PAGE)),
    unsealed: () => pages((last) => audit.unsealed(last, PAGE)),
  };
}
