import { DomainError, notFound } from '../../domain/errors/errors.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { shortId } from '../../domain/token/service-account.ts';
import type { Services } from '../services.ts';

/**
 * For clients that name a project by the last 24 hexadecimal digits of its id, and have to be told apart whether it is another's or there is
 * none. Throws NOT_FOUND where there is none, and FORBIDDEN for one that the actor is no member of.
 */
export async function requireShortProject({ store }: Pick<Services, 'store'>, actor: Actor, id: string): Promise<void> {
  if (shortId(actor.projectId) === id) return;
  const projects = await store.read.projects.all();
  if (!projects.some((project) => shortId(project.id) === id)) throw notFound('project');
  throw new DomainError('FORBIDDEN', 'The token is of another project.', { isForeign: true });
}
