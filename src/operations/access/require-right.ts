import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Permission } from '../../domain/token/roles.ts';

/**
 * Throws FORBIDDEN before anything else of a request is looked at, for ways in whose clients are told that first. The operation itself
 * asks for what it needs all the same.
 */
export function requireRight(actor: Pick<Actor, 'permissions'>, right: Permission): void {
  requirePermission(actor, right);
}
