import type { AuditAction, AuditRow } from '../../domain/audit/audit.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { AlteredRow } from '../../domain/ports/upkeep-store.ts';
import type { Pacer } from '../../domain/time/pacer.ts';
import type { Services } from '../services.ts';

const ENDS: readonly AuditAction[] = ['lease.release', 'lease.end'];

/** The project, and the audit row that was seen last. */
export interface LeasePlace {
  readonly projectId: string;
  readonly after: { readonly at: number; readonly id: string } | null;
}

/**
 * Leases that the audit says were ended, and that are live all the same: an old copy of the row was put back. No lease lasts longer than
 * a day, so that more than the last day of the audit is not looked at. `next` is null at the end.
 */
export async function revivedLeases(
  services: Services,
  place: LeasePlace | null,
  pacer: Pacer,
  limit: number,
): Promise<{ readonly found: readonly AlteredRow[]; readonly next: LeasePlace | null }> {
  const { store, settings } = services;
  const ids = (await store.read.projects.all()).map(({ id }) => id).sort();
  const projectId = place?.projectId ?? ids[0] ?? '';
  const from = (await store.now()) - settings.leaseMaxMs;
  const rows = await store.read.audit.page(projectId, { actions: ENDS, from }, { limit, after: place?.after ?? null });
  const found: AlteredRow[] = [];
  for (const row of rows) {
    const rowId = await revivedBy(services, projectId, row);
    if (rowId !== null) found.push({ table: 'leases', rowId, problem: 'row-stale' });
    await pacer.pause();
  }
  const last = rows.length === limit ? rows.at(-1) : undefined;
  if (last !== undefined) return { found, next: { projectId, after: { at: last.at, id: last.id } } };
  const nextProject = ids.find((id) => id > projectId);
  return { found, next: nextProject === undefined ? null : { projectId: nextProject, after: null } };
}

/** The id of the lease. Rows that are not signed by us count for nothing: `audit verify` tells of them. */
async function revivedBy({ store, auditChain }: Services, projectId: string, row: AuditRow): Promise<string | null> {
  if (!auditChain.sign(row).equals(row.rowHmac)) return null;
  try {
    const lease = await store.read.leases.find({ projectId, integrationIds: null }, String(row.details.leaseId));
    return lease !== null && lease.releasedAt === null ? lease.id : null;
  } catch (error) {
    // It is named among the rows that were altered.
    if (error instanceof DomainError && error.code === 'INTEGRITY') return null;
    throw error;
  }
}
