import { DomainError } from '../errors/errors.ts';
import type { Actor } from './actor.ts';
import type { Token, TokenGrant } from './token.ts';

/** An owner of some integrations sees and ends the tokens of those, and no token that reaches further. */
export function isWithinReach({ integrationIds }: Pick<Actor, 'integrationIds'>, token: Pick<Token, 'integrationIds'>): boolean {
  return integrationIds === null || (token.integrationIds?.every((id) => integrationIds.includes(id)) ?? false);
}

/**
 * True of a token that is the actor's to end: its home is the actor's project, where it has a role, and it reaches no further than the
 * actor does.
 */
export function mayRevoke(actor: Pick<Actor, 'projectId' | 'integrationIds'>, token: Token, grant: TokenGrant | null): boolean {
  return grant !== null && token.homeProjectId === actor.projectId && isWithinReach(actor, token);
}

/** Throws FORBIDDEN where no owner is left of the project once this one is gone. `ownersLeft` are those that live. */
export function requireOwnerLeft({ roles }: Pick<TokenGrant, 'roles'>, ownersLeft: number): void {
  if (roles.includes('owner') && ownersLeft === 0)
    throw new DomainError('FORBIDDEN', 'This is the last owner of the project. Make another one first.');
}
