import { type Actor, requireOperator } from '../domain/actor.ts';
import type { Anchor, AuditFinding, AuditRow } from '../domain/audit.ts';
import type { Services } from './services.ts';

export interface AuditVerification {
  readonly ok: boolean;
  readonly rows: number;
  readonly sealed: number;
  readonly findings: readonly AuditFinding[];
  /** Sequence number and hash of the last sealed row, to be kept elsewhere as an anchor. */
  readonly head: Anchor | null;
}

/** Reads the whole audit and checks every row's HMAC, the chain and the anchors. */
export async function verifyAudit(services: Services, actor: Actor, anchors: readonly Anchor[]): Promise<AuditVerification> {
  requireOperator(actor);
  const head = await services.store.read.audit.head();
  const rows: AuditRow[] = [];
  for (let after: string | null = null; ; ) {
    const page = await services.store.read.audit.scan(after, 1000);
    rows.push(...page);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  const findings = services.auditChain.verify(
    rows,
    head === null ? anchors : [...anchors, { seq: head.seq, head: head.chainHash.toString('hex'), at: 0 }],
  );
  const sealed = rows.filter(({ seq }) => seq !== null);
  const last = sealed.reduce<AuditRow | null>((best, row) => ((row.seq ?? 0) > (best?.seq ?? 0) ? row : best), null);
  return {
    ok: findings.every(({ kind }) => kind === 'unsealed'),
    rows: rows.length,
    sealed: sealed.length,
    findings: findings.slice(0, 100),
    head:
      last === null || last.seq === null || last.chainHash === null
        ? null
        : { seq: last.seq, head: last.chainHash.toString('hex'), at: last.at },
  };
}
