import { DomainError } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';

/** A streaming system holds many integrations, of which a limited token may see few. Throws FORBIDDEN for such a token. */
export function requireWholeProject({ integrationIds }: Pick<Actor, 'integrationIds'>): void {
  if (integrationIds !== null)
    throw new DomainError('FORBIDDEN', "A streaming system is the whole project's, and this token is limited to some integrations.");
}
