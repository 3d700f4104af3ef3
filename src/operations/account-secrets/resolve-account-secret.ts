import { type AccountSecretScope, isSecretOver } from '../../domain/account-secret/account-secret.ts';
import type { Services } from '../services.ts';
import { lostValue, openValue } from './sealed-value.ts';

/** The value of a secret for a reference that leads to it, which the caller overwrites when done; null where there is none that lasts. */
export async function resolveAccountSecret(
  services: Pick<Services, 'store' | 'vault'>,
  projectId: string,
  name: string,
): Promise<{ readonly scope: AccountSecretScope; readonly value: Buffer } | null> {
  const { accountSecrets } = services.store.read;
  const secret = await accountSecrets.find(projectId, name);
  if (secret === null || isSecretOver(secret, await services.store.now())) return null;
  const version = await accountSecrets.version(secret.id, secret.currentVersion);
  if (version === null) throw lostValue({ secretId: secret.id, version: secret.currentVersion });
  return { scope: secret.scope, value: await openValue(services, version) };
}
