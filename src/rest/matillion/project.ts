import { notFound } from '../../domain/errors/errors.ts';
import type { Call } from '../kit/route.ts';
import * as shapes from './shapes.ts';
import { violation } from './violation.ts';

/** The project that a path names, which is the token's own: any other is as unknown as one that nobody has. Throws BAD_REQUEST, NOT_FOUND. */
export function requireProject({ params, actor }: Pick<Call, 'params' | 'actor'>): string {
  const { projectId = '' } = params;
  if (!shapes.project.safeParse({ projectId }).success)
    throw violation([{ path: 'projectId', message: 'must be a UUID in lower case' }], 'The project id is not valid.');
  if (projectId !== actor.projectId) throw notFound('project');
  return projectId;
}
