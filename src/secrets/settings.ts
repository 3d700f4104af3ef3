import { AZURE_SETTINGS, type AzureSettings, readAzureSettings } from './azure/settings.ts';
import { GCP_SETTINGS, type GcpSettings, readGcpSettings } from './gcp/settings.ts';
import type { ReadSetting } from './manager/setting-table.ts';
import { readVaultSettings, VAULT_SETTINGS, type VaultSettings } from './vault/settings.ts';

/** How the gateway signs in to outside managers of secrets. */
export const MANAGER_SETTINGS = { ...GCP_SETTINGS, ...AZURE_SETTINGS, ...VAULT_SETTINGS };

export interface ManagerSettings {
  readonly gcp: GcpSettings | null;
  readonly azure: AzureSettings | null;
  readonly vault: VaultSettings | null;
}

/** Null for a manager that is not set up. Throws StartupError for settings that do not fit together. */
export function readManagerSettings(read: ReadSetting<typeof MANAGER_SETTINGS>): ManagerSettings {
  return { gcp: readGcpSettings(read), azure: readAzureSettings(read), vault: readVaultSettings(read) };
}
