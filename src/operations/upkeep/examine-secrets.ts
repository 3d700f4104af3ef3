import type { AccountSecretVersion } from '../../domain/account-secret/account-secret.ts';
import { openValue } from '../account-secrets/sealed-value.ts';
import { addFindings, type Examined, isOfRow } from './examination.ts';

/** Proves that the values of account secrets open. */
export async function examineSecrets(examined: Examined, versions: readonly AccountSecretVersion[]): Promise<void> {
  for (const version of versions) {
    try {
      (await openValue(examined.services, version)).fill(0);
    } catch (error) {
      if (!isOfRow(error)) throw error;
      const { secretId } = version;
      addFindings(examined, [
        {
          connectionId: '',
          version: 0,
          problem: 'does-not-open',
          table: 'account_secret_versions',
          rowId: `${secretId}/${version.version}`,
        },
      ]);
    }
    await examined.pacer.pause();
  }
}
