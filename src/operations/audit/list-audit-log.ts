import type { AuditRow } from '../../domain/audit/audit.ts';
import { AUDIT_ACTIONS } from '../../domain/audit/audit-actions.ts';
import type { AuditFilter } from '../../domain/audit/audit-store.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import { type Actor, requirePermission, requireWholeProject } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/** A page of the project's audit, newest first. Throws FORBIDDEN, and BAD_REQUEST for an action that there is not. */
export async function listAuditLog(
  { store }: Services,
  actor: Actor,
  filter: AuditFilter,
  page: PageRequest,
): Promise<readonly AuditRow[]> {
  requireAuditor(actor);
  const unknown = filter.actions?.find((action) => !Object.hasOwn(AUDIT_ACTIONS, action));
  if (unknown !== undefined) throw badRequest('filter.actions', `Known actions: ${Object.keys(AUDIT_ACTIONS).join(', ')}.`);
  return await store.read.audit.page(actor.projectId, filter, page);
}

/** Throws FORBIDDEN. */
export function requireAuditor(actor: Actor): void {
  requirePermission(actor, 'audit');
  requireWholeProject(actor, 'The audit');
}
