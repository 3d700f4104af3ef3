import { z } from 'zod';
import type { Problem } from '../../../domain/connector/validation.ts';
import type { HttpSession } from '../http/http-session.ts';
import { nullOn } from '../http/null-on.ts';
import { NotChecked, problem } from '../problems.ts';

const HELD = z.object({ permissions: z.array(z.string()).nullish() });

/**
 * Which of these permissions the account of a session of the Cloud Resource Manager holds in the whole project. Needs no permission itself:
 * https://cloud.google.com/resource-manager/reference/rest/v1/projects/testIamPermissions
 */
export async function heldPermissions(
  session: HttpSession,
  projectId: string,
  permissions: readonly string[],
): Promise<ReadonlySet<string>> {
  const path = `/v1/projects/${encodeURIComponent(projectId)}:testIamPermissions`;
  const held = await nullOn([403, 404], session.ask({ path, method: 'POST', body: { permissions } }, HELD));
  if (held !== null) return new Set(held.permissions ?? []);
  throw new NotChecked(
    'testIamPermissions was refused',
    'Google did not say what the service account may do in the project.',
    'Enable the Cloud Resource Manager API in the project, or compare the roles by hand.',
  );
}

interface Lack {
  readonly projectId: string;
  /** Address of the account. */
  readonly email: string;
  /** The least that gives the permission. */
  readonly role: string;
  /** Where else it may be given, as in `its datasets`. */
  readonly elsewhere: string;
}

/** A permission that is missing, or that only the account in use holds in the whole project, with the command that gives it. */
export function lacking(
  code: 'PERMISSION_MISSING' | 'PERMISSION_LOST',
  permission: string,
  { projectId, email, role, elsewhere }: Lack,
): Problem {
  const member = /^[\w.+-]+@[\w.-]+$/.test(email) ? email : 'EMAIL';
  const mend = `gcloud projects add-iam-policy-binding ${projectId} --member=serviceAccount:${member} --role=${role}`;
  const said =
    code === 'PERMISSION_MISSING'
      ? `The service account may not do what its jobs need: ${permission}.`
      : `The service account in use holds this in the whole project, and the new one does not: ${permission}.`;
  return problem(code, permission, said, `Run: ${mend}${code === 'PERMISSION_LOST' ? `, unless a role in ${elsewhere} gives it` : ''}`);
}
