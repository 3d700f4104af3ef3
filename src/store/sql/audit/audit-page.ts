import { and, desc, eq, gte, inArray, lte, type SQL, sql } from 'drizzle-orm';
import type { AuditRow } from '../../../domain/audit/audit.ts';
import type { AuditFilter } from '../../../domain/audit/audit-store.ts';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { PageRequest } from '../../../domain/ports/page.ts';
import type { StatementSource } from '../../engine.ts';
import { UnreadableJson } from '../../tables/stored-json.ts';
import type { Tables } from '../../tables/tables.ts';
import { atMost } from '../statements/at-most.ts';
import { olderThan } from '../statements/keyset.ts';
import { trusted } from '../statements/trusted.ts';

/**
 * Newest first. The rows of each action are looked up separately: otherwise the few rows of a rare action would be searched among all rows
 * of the project. One entity has few enough rows to search them.
 */
export async function pageOf(
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
export function readableOf(rows: readonly object[]): readonly AuditRow[] {
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
