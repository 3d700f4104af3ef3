import type { Change } from '../../domain/change/change.ts';
import type { ChangeFilter } from '../../domain/change/change-store.ts';
import { notFound } from '../../domain/errors/errors.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { type Services, scopeOf } from '../services.ts';

/** A page of the changes of connections that the actor may see, newest first. Throws FORBIDDEN. */
export async function listChanges({ store }: Services, actor: Actor, filter: ChangeFilter, page: PageRequest): Promise<readonly Change[]> {
  requirePermission(actor, 'read');
  return await store.read.changes.page(scopeOf(actor), filter, page);
}

/** One of them. Throws FORBIDDEN, and NOT_FOUND alike for what is absent and what is not theirs. */
export async function readChange({ store }: Services, actor: Actor, id: string): Promise<Change> {
  requirePermission(actor, 'read');
  const change = await store.read.changes.find(scopeOf(actor), id);
  if (change === null) throw notFound('change', id);
  return change;
}
