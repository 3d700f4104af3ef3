import { and, eq, gt, inArray, lte } from 'drizzle-orm';
import type { AuditRow } from '../../../domain/audit/audit.ts';
import { CUT_ACTIONS } from '../../../domain/audit/audit-actions.ts';
import type { ArchivedHead } from '../../../domain/audit/audit-check.ts';
import type { AuditArchiveReaders, AuditArchiveWriters } from '../../../domain/audit/audit-store.ts';
import type { EngineTransaction, StatementSource } from '../../engine.ts';
import type { Tables } from '../../tables/tables.ts';
import { first } from '../statements/trusted.ts';

const ARCHIVE = 'archive';

export function auditArchiveReaders({ db }: StatementSource, { audit, auditArchive }: Tables): AuditArchiveReaders {
  return {
    async archived() {
      const row = first<ArchivedHead & { readonly id: string }>(await db.select().from(auditArchive).where(eq(auditArchive.id, ARCHIVE)));
      if (row === null) return null;
      const { id: _id, ...head } = row;
      return head;
    },
    atSeq: async (seq) => first<AuditRow>(await db.select().from(audit).where(eq(audit.seq, seq))),
  };
}

export function auditArchiveWriters(tx: EngineTransaction, tables: Tables): AuditArchiveWriters {
  const { db } = tx;
  const { audit, auditArchive } = tables;
  return {
    async cut(after, head) {
      await db.delete(audit).where(and(gt(audit.seq, after), lte(audit.seq, head.seq), inArray(audit.action, [...CUT_ACTIONS])));
      await db
        .insert(auditArchive)
        .values({ id: ARCHIVE, ...head })
        .onConflictDoUpdate({ target: auditArchive.id, set: head });
    },
    ...auditArchiveReaders(tx, tables),
  };
}
