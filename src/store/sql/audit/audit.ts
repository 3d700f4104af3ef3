import { and, asc, count, desc, eq, getTableColumns, gt, gte, inArray, isNotNull, isNull, lte, type SQL, sql } from 'drizzle-orm';
import { type AuditAction, type AuditRow, type LinkedRow, LOST_ENTITY } from '../../../domain/audit/audit.ts';
import type { AuditFilter, AuditReaders, AuditWriters } from '../../../domain/audit/audit-store.ts';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { PageRequest } from '../../../domain/ports/page.ts';
import type { StatementSource } from '../../engine.ts';
import { AUDIT_COMMITS } from '../../tables/audit-commits.ts';
import { UnreadableJson } from '../../tables/stored-json.ts';
import type { Tables } from '../../tables/tables.ts';
import { verifiedOne } from '../signing/read-signed.ts';
import { withMac } from '../signing/row-mac.ts';
import type { SignedSource, SignedTransaction } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { inChunks } from '../statements/in-chunks.ts';
import { newerThan, olderThan } from '../statements/keyset.ts';
import { prepared, preparedInsert } from '../statements/prepared.ts';
import { first, trusted } from '../statements/trusted.ts';
import { auditArchiveReaders, auditArchiveWriters } from './audit-archive.ts';

const HEAD = 'head';

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
const rowById = prepared('audit_by_id', (db, { audit }) => ({
  columns: getTableColumns(audit),
  statement: db
    .select()
    .from(audit)
    .where(eq(audit.id, sql.placeholder('id'))),
}));
const sealRow = prepared('audit_seal', (db, { audit }) => ({
  columns: {},
  statement: db
    .update(audit)
    .set({ seq: sql`${sql.placeholder('seq')}`, chainHash: sql`${sql.placeholder('chainHash')}` })
    .where(eq(audit.id, sql.placeholder('id'))),
}));

export function auditReaders(source: SignedSource, tables: Tables): AuditReaders {
  const { db } = source;
  const { audit, auditHead } = tables;
  return {
    // Most transactions write one or two.
    byIds: async (ids) => trusted<AuditRow>((await Promise.all(ids.map((id) => rowById(source, tables, { id })))).flat()),
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
    commitsOf: async (entityId, { from, to }, after, limit) =>
      trusted<AuditRow>(
        await db
          .select()
          .from(audit)
          .where(
            and(AUDIT_COMMITS, eq(audit.entityId, entityId), gte(audit.at, from), lte(audit.at, to), newerThan(audit.at, audit.id, after)),
          )
          .orderBy(asc(audit.at), asc(audit.id))
          .limit(atMost(limit)),
      ),
    resealsOf: async (entityId, after, limit) =>
      trusted<AuditRow>(
        await db
          .select()
          .from(audit)
          .where(
            and(
              AUDIT_COMMITS,
              eq(audit.entityId, entityId),
              eq(audit.action, 'connection.reseal' satisfies AuditAction),
              olderThan(audit.at, audit.id, after),
            ),
          )
          .orderBy(desc(audit.at), desc(audit.id))
          .limit(atMost(limit)),
      ),
    scanCommits: async (after, limit) =>
      trusted<AuditRow>(
        await db
          .select()
          .from(audit)
          .where(
            and(
              AUDIT_COMMITS,
              // A comparison of rows starts at one place of the index; written column by column, it would start at the entity's first row.
              sql`(${audit.entityId}, ${audit.at}, ${audit.id}) > (${after?.entityId ?? ''}, ${after?.at ?? 0}, ${after?.id ?? ''})`,
            ),
          )
          .orderBy(asc(audit.entityId), asc(audit.at), asc(audit.id))
          .limit(atMost(limit)),
      ),
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

/**
 * Newest first. The rows of each action are looked up separately: otherwise the few rows of a rare action would be searched among all rows
 * of the project. One entity has few enough rows to search them.
 */
async function pageOf(
  { db }: StatementSource,
  { audit }: Tables,
  { projectId, entityId, actions, from, to }: AuditFilter & { readonly projectId: string },
  { limit, after }: PageRequest,
): Promise<readonly object[]> {
  const newest = [desc(audit.at), desc(audit.id)];
  const within = (which: SQL | undefined) =>
    and(
      eq(audit.projectId, projectId),
      which,
      from === undefined ? undefined : gte(audit.at, from),
      to === undefined ? undefined : lte(audit.at, to),
      olderThan(audit.at, audit.id, after),
    );
  const rowsOf = async (which: SQL | undefined) =>
    await db
      .select()
      .from(audit)
      .where(which)
      .orderBy(...newest)
      .limit(atMost(limit));
  if (entityId !== undefined) {
    // Written like this, the condition on the action fits no index, so that the entity's index is used.
    const among = actions === undefined ? undefined : inArray(sql`${audit.action} || ''`, [...actions]);
    return await rowsOf(within(and(eq(audit.entityId, entityId), among)));
  }
  if (actions === undefined) return await rowsOf(within(undefined));
  const pages = [...new Set(actions)].map((action) => {
    const page = db
      .select({ id: audit.id })
      .from(audit)
      .where(within(eq(audit.action, action)))
      .orderBy(...newest)
      .limit(atMost(limit));
    return sql`select id from (${page}) as "some"`;
  });
  return pages.length === 0 ? [] : await rowsOf(sql`${audit.id} in (${sql.join(pages, sql` union all `)})`);
}

/** If a column of a row holds no JSON, only reading that column fails, with INTEGRITY. */
function readableOf(rows: readonly object[]): readonly AuditRow[] {
  for (const row of rows as readonly (AuditRow & object)[])
    for (const key of ['details', 'client'] as const)
      if ((row[key] as unknown) instanceof UnreadableJson)
        Object.defineProperty(row, key, {
          get() {
            throw new DomainError('INTEGRITY', 'A stored row was altered past the gateway, and is not believed.', {
              table: 'audit',
              rowId: row.id,
            });
          },
        });
  return trusted<AuditRow>(rows);
}

export function auditWriters(tx: SignedTransaction, tables: Tables): AuditWriters {
  const { db } = tx;
  const { auditHead } = tables;
  const readers = auditReaders(tx, tables);
  return {
    append: (row) => insertRow(tx, tables, row),
    async seal(limit, start, link) {
      await tx.lock('audit-sealer', 'exclusive');
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
