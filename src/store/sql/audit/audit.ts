import { and, asc, count, eq, getTableColumns, gt, gte, inArray, isNotNull, isNull, lte, sql } from 'drizzle-orm';
import { type AuditRow, LOST_ENTITY } from '../../../domain/audit/audit.ts';
import type { AuditAction } from '../../../domain/audit/audit-actions.ts';
import type { AuditReaders } from '../../../domain/audit/audit-store.ts';
import type { Tables } from '../../tables/tables.ts';
import { verifiedOne } from '../signing/read-signed.ts';
import type { SignedSource } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { newerThan } from '../statements/keyset.ts';
import { prepared } from '../statements/prepared.ts';
import { first, trusted } from '../statements/trusted.ts';
import { auditArchiveReaders } from './audit-archive.ts';
import { auditCommitReaders } from './audit-commit-rows.ts';
import { pageOf, readableOf } from './audit-page.ts';

/** The only row of the chain's head. */
export const HEAD = 'head';

const rowById = prepared('audit_by_id', (db, { audit }) => ({
  columns: getTableColumns(audit),
  statement: db
    .select()
    .from(audit)
    .where(eq(audit.id, sql.placeholder('id'))),
}));
export function auditReaders(source: SignedSource, tables: Tables): AuditReaders {
  const { db } = source;
  const { audit, auditHead } = tables;
  return {
    async byIds(ids) {
      const [id] = ids;
      // Most transactions write one.
      if (id !== undefined && ids.length === 1) return trusted<AuditRow>(await rowById(source, tables, { id }));
      return trusted<AuditRow>(await inChunks(ids, (chunk) => db.select().from(audit).where(inArray(audit.id, chunk))));
    },
    async sequenceNumbers(ids) {
      const columns = { id: audit.id, seq: audit.seq };
      const rows = await inChunks(ids, (chunk) => db.select(columns).from(audit).where(inArray(audit.id, chunk)));
      return new Map(rows.map(({ id, seq }) => [id, seq === null ? null : Number(seq)]));
    },
    page: async (projectId, filter, request) => readableOf(await pageOf(source, tables, { ...filter, projectId }, request)),
    pageFromOldest: async (projectId, { from, to }, { limit, after }) =>
      readableOf(
        await db
          .select()
          .from(audit)
          .where(
            and(
              eq(audit.projectId, projectId),
              from === undefined ? undefined : gte(audit.at, from),
              to === undefined ? undefined : lte(audit.at, to),
              newerThan(audit.at, audit.id, after),
            ),
          )
          .orderBy(asc(audit.at), asc(audit.id))
          .limit(atMost(limit)),
      ),
    find: async (projectId, id) =>
      first<AuditRow>(
        await db
          .select()
          .from(audit)
          .where(and(eq(audit.id, id), eq(audit.projectId, projectId))),
      ),
    ...auditCommitReaders(source, tables),
    losses: async (limit) =>
      trusted<AuditRow>(
        await db
          .select()
          .from(audit)
          .where(and(eq(audit.entityId, LOST_ENTITY), eq(audit.action, 'audit.lost' satisfies AuditAction)))
          .orderBy(asc(audit.at), asc(audit.id))
          .limit(atMost(limit)),
      ),
    sealed: async (after, limit) =>
      trusted<AuditRow>(
        await db
          .select()
          .from(audit)
          .where(after === null ? isNotNull(audit.seq) : gt(audit.seq, after))
          .orderBy(asc(audit.seq))
          .limit(atMost(limit)),
      ),
    unsealed: async (after, limit) =>
      trusted<AuditRow>(
        await db
          .select()
          .from(audit)
          .where(and(isNull(audit.seq), newerThan(audit.at, audit.id, after)))
          .orderBy(asc(audit.at), asc(audit.id))
          .limit(atMost(limit)),
      ),
    async countUnsealed(most) {
      const some = db.select({ id: audit.id }).from(audit).where(isNull(audit.seq)).limit(atMost(most)).as('some');
      const [row] = await db.select({ count: count() }).from(some);
      return Number(row?.count ?? 0);
    },
    async head() {
      const rows = await db.select().from(auditHead).where(eq(auditHead.id, HEAD));
      const row = verifiedOne<{ readonly seq: number; readonly chainHash: Buffer }>(source, auditHead, rows);
      return row === null ? null : { seq: row.seq, chainHash: row.chainHash };
    },
    ...auditArchiveReaders(source, tables),
  };
}
