import { StartupError } from '../../domain/errors/startup-error.ts';
import type { LoginFile } from '../manager/read-login-file.ts';
import { fileOf, type ReadSetting, type SettingTable, urlOf } from '../manager/setting-table.ts';

export const AZURE_SETTINGS = {
  CHANGEOVER_AZURE_TENANT_ID: {
    default: '',
    description: 'Id or domain of the Entra tenant whose application reads the secrets of Azure Key Vault that references name.',
  },
  CHANGEOVER_AZURE_CLIENT_ID: { default: '', description: 'Id of that application.' },
  CHANGEOVER_AZURE_CLIENT_SECRET_FILE: { default: '', description: "File of the application's client secret, read at each sign-in." },
  CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE: {
    default: '',
    description:
      'In place of a client secret: file of the token of a federated identity, such as the one that a cluster mounts for a workload.',
  },
  CHANGEOVER_AZURE_LOGIN_URL: {
    default: 'https://login.microsoftonline.com',
    description: 'Where Entra issues tokens; sovereign clouds have others.',
  },
} as const satisfies SettingTable;

export interface AzureSettings {
  readonly tenantId: string;
  readonly clientId: string;
  readonly loginUrl: string;
  readonly login: { readonly by: 'secret' | 'federated'; readonly file: LoginFile };
}

/** Null where no application is set up. Throws StartupError for what does not fit together. */
export function readAzureSettings(read: ReadSetting<typeof AZURE_SETTINGS>): AzureSettings | null {
  const [tenantId, clientId] = [read('CHANGEOVER_AZURE_TENANT_ID'), read('CHANGEOVER_AZURE_CLIENT_ID')];
  const secret = fileOf(read, 'CHANGEOVER_AZURE_CLIENT_SECRET_FILE');
  const token = fileOf(read, 'CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE');
  if (tenantId === '' && clientId === '' && secret === null && token === null) return null;
  const file = secret ?? token;
  if (!/^[A-Za-z0-9.-]+$/.test(tenantId) || !/^[A-Za-z0-9-]+$/.test(clientId) || file === null || (secret !== null && token !== null))
    throw new StartupError(
      'CHANGEOVER_AZURE_TENANT_ID and CHANGEOVER_AZURE_CLIENT_ID go together, with either CHANGEOVER_AZURE_CLIENT_SECRET_FILE or CHANGEOVER_AZURE_FEDERATED_TOKEN_FILE.',
    );
  return {
    tenantId,
    clientId,
    loginUrl: urlOf(read, 'CHANGEOVER_AZURE_LOGIN_URL'),
    login: { by: secret === null ? 'federated' : 'secret', file },
  };
}
