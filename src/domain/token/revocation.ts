import { DomainError } from '../errors/errors.ts';
import type { Actor } from './actor.ts';
import type { Token, TokenGrant } from './token.ts';

/** An owner of some integrations sees and ends the tokens of those integrations, and no token that is valid for more. */
export function isWithinReach({ integrationIds }: Pick<Actor, 'integrationIds'>, token: Pick<Token, 'integrationIds'>): boolean {
  return integrationIds === null || (token.integrationIds?.every((id) => integrationIds.includes(id)) ?? false);
}

/**
 * True of a token that the actor may end: its home is the actor's project, it has a role there, and it is valid for no more integrations
 * than the actor is.
 */
export function mayRevoke(actor: Pick<Actor, 'projectId' | 'integrationIds'>, token: Token, grant: TokenGrant | null): boolean {
  return grant !== null && token.homeProjectId === actor.projectId && isWithinReach(actor, token);
}

/** Throws FORBIDDEN where the project would have no owner left without this token. `ownersLeft` counts the other live ones. */
export function requireOwnerLeft({ roles }: Pick<TokenGrant, 'roles'>, ownersLeft: number): void {
  if (roles.includes('owner') && ownersLeft === 0)
    throw new DomainError('FORBIDDEN', 'This is the last owner of the project.', { next: 'Make another owner first.' });
}
