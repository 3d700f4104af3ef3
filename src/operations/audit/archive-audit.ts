import type { AuditRow } from '../../domain/audit/audit.ts';
import { CUT_ACTIONS, CUT_LEAST_AGE_MS } from '../../domain/audit/audit-actions.ts';
import type { ArchivedHead } from '../../domain/audit/audit-check.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import { type Actor, requireOperator } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { record } from './record.ts';

/** Rows of one batch of a cut, each in one short transaction. */
const BATCH = 200;
/** A call begins no further batch after this, milliseconds. */
const CALL_MS = 5000;

export interface AuditCut {
  /** The last row that was cut. */
  readonly through: number;
  /** False if the time was over before the end: call it again. */
  readonly finished: boolean;
}

/**
 * Cuts what has been archived, up to this row, from the store: in batches, each of which leaves a chain that is whole and begins at a
 * signed head. Rows that `doctor` compares the store with stay. `head` is the chain hash of that row, in hex: whoever archived it has
 * it. Throws BAD_REQUEST for a row that is too young or not the one; INTEGRITY, before anything of it is gone, for a row that was altered.
 */
export async function cutAudit(services: Services, actor: Actor, through: number, head: string): Promise<AuditCut> {
  requireOperator(actor);
  const { store } = services;
  const archived = await store.read.audit.archived();
  if (archived !== null && archived.seq >= through) return { through: archived.seq, finished: true };
  const last = await store.read.audit.atSeq(through);
  if (last === null || last.chainHash?.toString('hex') !== head)
    throw badRequest('head', 'This is not the hash of that row. Archive the audit up to it first.');
  if (last.at > (await store.now()) - CUT_LEAST_AGE_MS) throw badRequest('through', 'Rows of the last 48 hours stay in the store.');
  const until = performance.now() + CALL_MS;
  for (;;) {
    const cut = await store.write(async (tx) => {
      const cut = await cutBatch(services, tx, through);
      await record(services, tx, actor, { action: 'audit.cut', entity: 'project', entityId: null, details: cut });
      return cut;
    });
    const finished = cut.through >= through;
    if (finished || performance.now() >= until) return { through: cut.through, finished };
  }
}

async function cutBatch(services: Services, tx: Writers, through: number) {
  const { auditChain } = services;
  await tx.lock('audit-cut', 'exclusive');
  const archived = await tx.audit.archived();
  if (archived !== null && !auditChain.signCut(archived).equals(archived.mac)) throw altered(archived.seq);
  const from = archived ?? { seq: 0, chainHash: auditChain.start, kept: 0, keptHash: auditChain.start };
  let { seq, chainHash, kept, keptHash }: Omit<ArchivedHead, 'at' | 'mac'> = from;
  for (const row of await tx.audit.sealed(from.seq, BATCH)) {
    if ((row.seq ?? 0) > through) break;
    if (!fits(services, row, seq, chainHash)) throw altered(seq + 1);
    seq += 1;
    chainHash = row.chainHash ?? chainHash;
    if (CUT_ACTIONS.includes(row.action)) continue;
    kept += 1;
    keptHash = auditChain.keep(keptHash, seq, row);
  }
  // Another process was first.
  if (seq === from.seq) return { from: seq, through, head: chainHash.toString('hex') };
  const head = { seq, chainHash, kept, keptHash, at: await tx.now() };
  await tx.audit.cut(from.seq, { ...head, mac: auditChain.signCut(head) });
  return { from: from.seq + 1, through: seq, head: chainHash.toString('hex') };
}

function fits({ auditChain }: Services, row: AuditRow, seq: number, previous: Buffer): boolean {
  return (
    row.seq === seq + 1 &&
    auditChain.sign(row).equals(row.rowHmac) &&
    row.chainHash !== null &&
    auditChain.link(previous, row.seq, row).equals(row.chainHash)
  );
}

function altered(seq: number): DomainError {
  return new DomainError('INTEGRITY', `The audit is not whole at row ${seq}, and stays as it is. Run: changeover audit verify`, { seq });
}
