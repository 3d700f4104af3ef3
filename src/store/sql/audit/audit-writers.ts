import { asc, eq, isNull, sql } from 'drizzle-orm';
import type { LinkedRow } from '../../../domain/audit/audit.ts';
import type { AuditWriters } from '../../../domain/audit/audit-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { prepared, preparedInsert } from '../statements/prepared.ts';
import { trusted } from '../statements/trusted.ts';
import { auditReaders, HEAD } from './audit.ts';
import { auditArchiveWriters } from './audit-archive.ts';

const insertRow = preparedInsert('audit_insert', ({ audit }) => audit);
/** The columns that the chain covers, of rows that wait for the sealer. */
const waitingRows = prepared('audit_waiting', (db, { audit }) => {
  const columns = { id: audit.id, rowHmac: audit.rowHmac };
  return {
    columns,
    statement: db
      .select(columns)
      .from(audit)
      .where(isNull(audit.seq))
      .orderBy(asc(audit.at), asc(audit.id))
      .limit(atMost(sql.placeholder('limit'))),
  };
});
const sealRow = prepared('audit_seal', (db, { audit }) => ({
  columns: {},
  statement: db
    .update(audit)
    .set({ seq: sql`${sql.placeholder('seq')}`, chainHash: sql`${sql.placeholder('chainHash')}` })
    .where(eq(audit.id, sql.placeholder('id'))),
}));

export function auditWriters(tx: SignedTransaction, tables: Tables): AuditWriters {
  const { db } = tx;
  const { auditHead } = tables;
  const readers = auditReaders(tx, tables);
  return {
    append: (row) => insertRow(tx, tables, row),
    async seal(limit, start, link) {
      if (!(await tx.tryLock('audit-sealer'))) return 0;
      const rows = trusted<LinkedRow>(await waitingRows(tx, tables, { limit }));
      let head = (await readers.head()) ?? { seq: 0, chainHash: start };
      for (const row of rows) {
        const seq = head.seq + 1;
        head = { seq, chainHash: link(head.chainHash, seq, row) };
        await sealRow(tx, tables, { id: row.id, ...head });
      }
      if (rows.length > 0)
        await db
          .insert(auditHead)
          .values(withMac(tx, auditHead, { id: HEAD, ...head }))
          .onConflictDoUpdate({ target: auditHead.id, set: withMac(tx, auditHead, { id: HEAD, ...head }) });
      return rows.length;
    },
    ...auditArchiveWriters(tx, tables),
    ...readers,
  };
}
