import type { Problem } from '../../domain/connector/validation.ts';
import { heldPermissions, lacking } from '../kits/google/project-permissions.ts';
import { serviceAccountIn } from '../kits/google/service-account.ts';
import type { HttpSession } from '../kits/http/http-session.ts';
import type { Finding } from '../kits/usual-validators.ts';

interface Login {
  readonly projectId: string;
  readonly serviceAccountInfo: string;
}

/** What the role Dataform Viewer gives to whoever reads repositories, and what was compiled and run of them. */
const PERMISSIONS = [
  'dataform.repositories.get',
  'dataform.repositories.list',
  'dataform.compilationResults.list',
  'dataform.compilationResults.query',
  'dataform.workflowInvocations.list',
  'dataform.workflowInvocations.query',
];

export function heldIn(manager: HttpSession, projectId: string): Promise<ReadonlySet<string>> {
  return heldPermissions(manager, projectId, PERMISSIONS);
}

/** A role in a repository escapes what is known of the project, so what is missing there only warns. */
export async function checkPermissions(manager: HttpSession, login: Login): Promise<Finding> {
  const held = await heldIn(manager, login.projectId);
  return {
    warnings: PERMISSIONS.filter((permission) => !held.has(permission)).map((permission) => lack('PERMISSION_MISSING', permission, login)),
    data: { projectsValidated: [login.projectId] },
  };
}

export function warnOfLost(before: ReadonlySet<string>, after: ReadonlySet<string>, login: Login): readonly Problem[] {
  return [...before].filter((permission) => !after.has(permission)).map((permission) => lack('PERMISSION_LOST', permission, login));
}

function lack(code: 'PERMISSION_MISSING' | 'PERMISSION_LOST', permission: string, { projectId, serviceAccountInfo }: Login): Problem {
  const { client_email: email } = serviceAccountIn(serviceAccountInfo);
  return lacking(code, permission, { projectId, email, role: 'roles/dataform.viewer', elsewhere: 'its repositories' });
}
