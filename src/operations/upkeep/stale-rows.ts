import type { AuditRow } from '../../domain/audit/audit.ts';
import type { AuditAction } from '../../domain/audit/audit-actions.ts';
import { PROOF_MAX_AGE_MS } from '../../domain/change/proof/proof.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { AlteredRow } from '../../domain/ports/upkeep-store.ts';
import type { Pacer } from '../../domain/time/pacer.ts';
import { SESSION_TTL_MS } from '../../domain/token/session-term.ts';
import type { Services } from '../services.ts';

/** The check and the project, and the audit row that was seen last. */
export interface StalePlace {
  readonly check: number;
  readonly projectId: string;
  readonly after: { readonly at: number; readonly id: string } | null;
}

interface Check {
  readonly table: string;
  /** `row-stale` unless it says otherwise. */
  readonly problem?: AlteredRow['problem'];
  readonly actions: readonly AuditAction[];
  /** How much of the audit is looked at, milliseconds: what is older can't matter any more. Null for all of it. */
  readonly withinMs: (services: Services) => number | null;
  /** The id of the row, if it is not what the audit row says. */
  readonly staleId: (services: Services, projectId: string, row: AuditRow) => Promise<string | null>;
}

const DAY_MS = 24 * 60 * 60 * 1000;

const scopeOf = (projectId: string) => ({ projectId, integrationIds: null });

const CHECKS: readonly Check[] = [
  {
    table: 'leases',
    actions: ['lease.release', 'lease.end'],
    withinMs: ({ settings }) => settings.leaseMaxMs,
    async staleId({ store }, projectId, { details }) {
      const lease = await store.read.leases.find(scopeOf(projectId), String(details.leaseId));
      return lease !== null && lease.releasedAt === null ? lease.id : null;
    },
  },
  {
    table: 'changes',
    actions: ['change.discard'],
    // The longest that a key may last.
    withinMs: () => DAY_MS,
    async staleId({ store }, projectId, { details }) {
      const change = await store.read.changes.find(scopeOf(projectId), String(details.changeId));
      return change !== null && (change.state === 'OPEN' || change.state === 'PENDING') ? change.id : null;
    },
  },
  {
    table: 'sessions',
    actions: ['session.end'],
    withinMs: () => SESSION_TTL_MS,
    async staleId({ store }, _projectId, { entityId }) {
      const session = await store.read.sessions.findById(entityId ?? '');
      return session !== null && session.endedAt === null ? session.id : null;
    },
  },
  {
    table: 'validations',
    problem: 'row-lost',
    actions: ['change.validate'],
    withinMs: () => PROOF_MAX_AGE_MS,
    async staleId({ store }, projectId, { details }) {
      if (details.validationId === undefined) return null;
      const id = String(details.validationId);
      return (await store.read.validations.isRecorded(projectId, id)) ? null : id;
    },
  },
  {
    table: 'connections',
    actions: [
      'connection.rename',
      'connection.enable',
      'connection.disable',
      'connection.protect',
      'connection.policy',
      'connection.delete',
    ],
    withinMs: () => null,
    async staleId({ store }, projectId, { action, entityId, details }) {
      const connection = await store.read.connections.find(scopeOf(projectId), entityId ?? '');
      if (connection === null) return null;
      // Rows that were written before revisions were have none.
      return action === 'connection.delete' || connection.updatedAt < Number(details.revision ?? 0) ? connection.id : null;
    },
  },
];

/**
 * Rows of which the audit knows a later state than the one that is stored: an old copy was put back, or what took proof away is gone.
 * `next` is null at the end.
 */
export async function staleRows(
  services: Services,
  place: StalePlace | null,
  pacer: Pacer,
  limit: number,
): Promise<{ readonly found: readonly AlteredRow[]; readonly next: StalePlace | null }> {
  const { store } = services;
  const ids = (await store.read.projects.all()).map(({ id }) => id).sort();
  const { check: index, projectId, after } = place ?? { check: 0, projectId: ids[0] ?? '', after: null };
  const check = CHECKS[index];
  if (check === undefined) return { found: [], next: null };
  const withinMs = check.withinMs(services);
  const from = withinMs === null ? {} : { from: (await store.now()) - withinMs };
  const rows = await store.read.audit.page(projectId, { actions: check.actions, ...from }, { limit, after });
  const stale = new Set<string>();
  for (const row of rows) {
    const id = await staleBy(services, check, projectId, row);
    if (id !== null) stale.add(id);
    await pacer.pause();
  }
  const found = [...stale].map((rowId) => ({ table: check.table, rowId, problem: check.problem ?? 'row-stale' }));
  const last = rows.length === limit ? rows.at(-1) : undefined;
  if (last !== undefined) return { found, next: { check: index, projectId, after: { at: last.at, id: last.id } } };
  const nextProject = ids.find((id) => id > projectId);
  if (nextProject !== undefined) return { found, next: { check: index, projectId: nextProject, after: null } };
  return { found, next: index + 1 < CHECKS.length ? { check: index + 1, projectId: ids[0] ?? '', after: null } : null };
}

/** Audit rows that are not signed by us count for nothing: `audit verify` tells of them. */
async function staleBy(services: Services, check: Check, projectId: string, row: AuditRow): Promise<string | null> {
  if (!services.auditChain.sign(row).equals(row.rowHmac)) return null;
  try {
    return await check.staleId(services, projectId, row);
  } catch (error) {
    // It is named among the rows that were altered.
    if (error instanceof DomainError && error.code === 'INTEGRITY') return null;
    throw error;
  }
}
