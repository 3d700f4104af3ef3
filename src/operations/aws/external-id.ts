import type { Services } from '../services.ts';

/**
 * The external id that the gateway says for a project whenever its own identity assumes a role, and for no other project. It is always the same, and kept nowhere, so that no
 * edit of the database can make one project say another's. It is no secret: the owner of a role sees it in the trust policy.
 */
export function externalIdOf({ vault }: Pick<Services, 'vault'>, projectId: string): string {
  return `changeover-${vault.keyedHash('value', 'aws-external-id', projectId).toString('base64url')}`;
}
