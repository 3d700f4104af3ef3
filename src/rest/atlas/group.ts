import { DomainError } from '../../domain/errors/errors.ts';
import type { Permission } from '../../domain/token/roles.ts';
import { requireShortProject } from '../../operations/access/find-short-project.ts';
import { requireRight } from '../../operations/access/require-right.ts';
import type { Call } from '../kit/route.ts';
import { INTEGRATION_TYPES } from './fields/services.ts';
import { atlasError } from './wire/failure.ts';
import { requireFormat } from './wire/paging.ts';

/** What Atlas calls the roles that hold a permission. */
const ROLES: Readonly<Partial<Record<Permission, string>>> = { read: 'Project Read Only' };

/** What is looked at before a request's own query and body, in this order: path, group, membership and role, and how the answer is to be written. */
export async function admitCall({ services, actor, params, query }: Call, right: Permission): Promise<void> {
  const { groupId = '', integrationType } = params;
  if (!/^[a-f0-9]{24}$/.test(groupId))
    throw atlasError('INVALID_GROUP_ID', 'A group id has 24 lower-case hexadecimal digits.', [groupId.slice(0, 100)]);
  if (integrationType !== undefined && !INTEGRATION_TYPES.includes(integrationType))
    throw atlasError('INVALID_PATH_PARAMETER', `The integration type is one of ${INTEGRATION_TYPES.join(', ')}.`, ['integrationType']);
  try {
    await requireShortProject(services, actor, groupId);
  } catch (error) {
    throw error instanceof DomainError ? groupError(error, groupId) : error;
  }
  try {
    requireRight(actor, right);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw atlasError(
      'USER_UNAUTHORIZED',
      `This needs the role ${ROLES[right] ?? 'Project Owner'} in group ${groupId}: here, a token that may ${right}.`,
    );
  }
  requireFormat(query);
}

function groupError(error: DomainError, groupId: string): DomainError {
  if (error.code === 'NOT_FOUND') return atlasError('GROUP_NOT_FOUND', `There is no group ${groupId}.`, [groupId]);
  return error.code === 'FORBIDDEN' ? atlasError('NOT_IN_GROUP', `These credentials are not of group ${groupId}.`, [groupId]) : error;
}
