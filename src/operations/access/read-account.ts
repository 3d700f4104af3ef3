import type { Project } from '../../domain/connection/connection.ts';
import { madeOfEach } from '../../domain/errors/altered-row.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Token } from '../../domain/token/token.ts';
import type { Services } from '../services.ts';

/** The actor's own project, which every token may know. */
export async function readProject({ store }: Services, actor: Actor): Promise<Project> {
  const project = await store.read.projects.find(actor.projectId);
  if (project === null) throw new Error('the project is gone');
  return project;
}

/** The holder of a token, as rows name who made or changed them. */
export type TokenHolder = Pick<Token, 'id' | 'name' | 'createdAt'>;

/** The holders of those tokens that have rights in the actor's project, ended ones too, in no particular order. */
export async function findTokenHolders({ store }: Services, actor: Actor, ids: readonly string[]): Promise<readonly TokenHolder[]> {
  const found = (await store.read.tokens.findMany(actor.projectId, ids)).map(({ token }) => token);
  return madeOfEach(found, ({ id, name, createdAt }) => ({ id, name, createdAt }));
}
