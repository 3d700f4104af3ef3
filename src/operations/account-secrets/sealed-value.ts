import { type AccountSecretVersion, secretBinding } from '../../domain/account-secret/account-secret.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Services } from '../services.ts';

type NamedVersion = Pick<AccountSecretVersion, 'projectId' | 'secretId' | 'version'>;

/** Seals a value with the project's newest data key, and overwrites it. */
export async function sealValue(
  { vault }: Pick<Services, 'vault'>,
  version: NamedVersion,
  value: Buffer,
): Promise<{ readonly blob: Buffer; readonly keyGeneration: number }> {
  try {
    const { blob, keyGeneration } = (await vault.forProject(version.projectId)).seal(secretBinding(version), value);
    return { blob, keyGeneration };
  } finally {
    value.fill(0);
  }
}

/** The value, which the caller overwrites when done. Throws INTEGRITY where it is gone, was altered or moved. */
export async function openValue({ vault }: Pick<Services, 'vault'>, version: AccountSecretVersion): Promise<Buffer> {
  const { blob, projectId } = version;
  if (blob === null) throw lostValue(version);
  return (await vault.forProject(projectId, blob)).open(secretBinding(version), blob);
}

export function lostValue({ secretId, version }: Pick<AccountSecretVersion, 'secretId' | 'version'>): DomainError {
  return new DomainError('INTEGRITY', 'The stored value of a secret is gone. Run `changeover doctor`.', {
    table: 'account_secret_versions',
    rowId: `${secretId}/${version}`,
  });
}

/** Writers of a project's secrets come one after the other. */
export function lockOfSecrets(projectId: string): string {
  return `account-secrets/${projectId}`;
}
