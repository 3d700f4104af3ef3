import { and, asc, desc, eq, gte, lte, type SQL, sql } from 'drizzle-orm';
import type { AuditRow } from '../../../domain/audit/audit.ts';
import type { AuditAction } from '../../../domain/audit/audit-actions.ts';
import type { AuditReaders } from '../../../domain/audit/audit-store.ts';
import { AUDIT_COMMITS } from '../../tables/audit-commits.ts';
import type { Tables } from '../../tables/tables.ts';
import type { SignedSource } from '../signing/signing.ts';
import { atMost } from '../statements/at-most.ts';
import { newerThan, olderThan } from '../statements/keyset.ts';
import { trusted } from '../statements/trusted.ts';

/** Rows that say what was made of connections, by an index of their own: what is stored is compared with them. */
export function auditCommitReaders({ db }: SignedSource, { audit }: Tables): Pick<AuditReaders, 'commitsOf' | 'resealsOf' | 'scanCommits'> {
  const commits = async (where: readonly (SQL | undefined)[], order: readonly SQL[], limit: number) =>
    trusted<AuditRow>(
      await db
        .select()
        .from(audit)
        .where(and(AUDIT_COMMITS, ...where))
        .orderBy(...order)
        .limit(atMost(limit)),
    );
  return {
    commitsOf: (entityId, { from, to }, after, limit) =>
      commits(
        [eq(audit.entityId, entityId), gte(audit.at, from), lte(audit.at, to), newerThan(audit.at, audit.id, after)],
        [asc(audit.at), asc(audit.id)],
        limit,
      ),
    resealsOf: (entityId, after, limit) =>
      commits(
        [eq(audit.entityId, entityId), eq(audit.action, 'connection.reseal' satisfies AuditAction), olderThan(audit.at, audit.id, after)],
        [desc(audit.at), desc(audit.id)],
        limit,
      ),
    scanCommits: (after, limit) =>
      commits(
        // A comparison of rows starts at one place of the index; written column by column, it would start at the entity's first row.
        [sql`(${audit.entityId}, ${audit.at}, ${audit.id}) > (${after?.entityId ?? ''}, ${after?.at ?? 0}, ${after?.id ?? ''})`],
        [asc(audit.entityId), asc(audit.at), asc(audit.id)],
        limit,
      ),
  };
}
