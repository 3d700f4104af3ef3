import type { AccountSecretScope } from '../../domain/account-secret/account-secret.ts';
import { isSecretName } from '../../domain/account-secret/account-secret.ts';
import type { SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';

/** What a project's secret says now; null where there is none, or where it has ended. */
export type ReadAccountSecret = (
  projectId: string,
  name: string,
) => Promise<{ readonly scope: AccountSecretScope; readonly value: Buffer } | null>;

/** The project's own secrets, which need no grant: they lie within the project and the scopes that a kind may use. */
export function createAccountProvider(readSecret: ReadAccountSecret): SecretProvider {
  return {
    pathForm: 'The name of an account secret has 1 to 64 letters, digits, dashes and underscores.',
    prefixForm: "Account secrets are the project's own, and need no grant.",
    isPath: isSecretName,
    isWithin: () => false,
    readPrefix: () => null,
    ownRoots: (projectId, { category }) => [`${projectId}/global`, ...(category === 'notification' ? [`${projectId}/notifications`] : [])],
    async read(path, roots) {
      const [projectId = ''] = roots[0]?.split('/') ?? [];
      if (projectId === '' || !isSecretName(path)) throw new SecretError('not-granted');
      const found = await readSecret(projectId, path);
      if (found === null) throw new SecretError('missing');
      if (roots.includes(`${projectId}/${found.scope}`)) return found.value;
      found.value.fill(0);
      throw new SecretError('not-granted');
    },
  };
}
