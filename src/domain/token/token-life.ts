import { DomainError, unauthenticated } from '../errors/errors.ts';
import type { Actor } from './actor.ts';
import { permissionsOf } from './roles.ts';
import type { Token, TokenGrant } from './token.ts';

/** The grant by which a token acts now, that of its home project; null once it was revoked or has ended. */
export function grantInUse(token: Token, grants: readonly TokenGrant[], now: number): TokenGrant | null {
  if (token.revokedAt !== null || (token.expiresAt !== null && token.expiresAt <= now)) return null;
  return grants.find(({ projectId }) => projectId === token.homeProjectId) ?? null;
}

/**
 * A request that is on its way goes by the rights of now. Throws UNAUTHENTICATED once its token has ended, FORBIDDEN where the token has
 * lost a right that the actor had: which of them the work needs was asked before.
 */
export function requireRightsOfNow(
  { permissions }: Pick<Actor, 'permissions'>,
  found: { readonly token: Token; readonly grants: readonly TokenGrant[] } | null,
  now: number,
): void {
  const grant = found === null ? null : grantInUse(found.token, found.grants, now);
  if (grant === null) throw unauthenticated();
  const held = permissionsOf(grant.roles);
  if ([...permissions].some((permission) => !held.has(permission)))
    throw new DomainError('FORBIDDEN', 'Roles of this token were taken away while the request was on its way. Nothing was changed.');
}
