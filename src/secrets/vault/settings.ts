import { StartupError } from '../../domain/errors/startup-error.ts';
import type { LoginFile } from '../manager/read-login-file.ts';
import { fileOf, type ReadSetting, type SettingTable, urlOf } from '../manager/setting-table.ts';

export const VAULT_SETTINGS = {
  CHANGEOVER_VAULT_URL: {
    default: '',
    description: 'Address of HashiCorp Vault or OpenBao, such as https://vault.example.com:8200, whose secrets references may name.',
  },
  CHANGEOVER_VAULT_NAMESPACE: { default: '', description: 'Namespace of the login and of the secrets in Vault, such as teams/data.' },
  CHANGEOVER_VAULT_TOKEN_FILE: {
    default: '',
    description: 'File of a Vault token, such as the one that an agent keeps fresh: read again every 5 minutes, and when Vault refuses it.',
  },
  CHANGEOVER_VAULT_ROLE_ID: {
    default: '',
    description: 'In place of a token: role id of an AppRole, with CHANGEOVER_VAULT_SECRET_ID_FILE.',
  },
  CHANGEOVER_VAULT_SECRET_ID_FILE: { default: '', description: 'File of the secret id of that AppRole, read at each login.' },
  CHANGEOVER_VAULT_APPROLE_MOUNT: { default: 'approle', description: 'Where the AppRole method is mounted in Vault.' },
  CHANGEOVER_VAULT_CA_FILE: {
    default: '',
    description: "File of the PEM certificate that signed Vault's own, where no public authority did.",
  },
} as const satisfies SettingTable;

export interface VaultSettings {
  readonly url: string;
  readonly namespace: string | null;
  readonly caFile: LoginFile | null;
  readonly login:
    | { readonly by: 'token'; readonly file: LoginFile }
    | { readonly by: 'approle'; readonly file: LoginFile; readonly roleId: string; readonly mount: string };
}

/** Null where no Vault is set up. Throws StartupError for what does not fit together. */
export function readVaultSettings(read: ReadSetting<typeof VAULT_SETTINGS>): VaultSettings | null {
  if (read('CHANGEOVER_VAULT_URL') === '') return null;
  const namespace = read('CHANGEOVER_VAULT_NAMESPACE').replace(/^\/+|\/+$/g, '');
  if (!/^[\w.@/-]*$/.test(namespace)) throw new StartupError('CHANGEOVER_VAULT_NAMESPACE must be names, separated by slashes.');
  return {
    url: urlOf(read, 'CHANGEOVER_VAULT_URL'),
    namespace: namespace === '' ? null : namespace,
    caFile: fileOf(read, 'CHANGEOVER_VAULT_CA_FILE'),
    login: readLogin(read),
  };
}

function readLogin(read: ReadSetting<typeof VAULT_SETTINGS>): VaultSettings['login'] {
  const [token, secretId] = [fileOf(read, 'CHANGEOVER_VAULT_TOKEN_FILE'), fileOf(read, 'CHANGEOVER_VAULT_SECRET_ID_FILE')];
  const [roleId, mount] = [read('CHANGEOVER_VAULT_ROLE_ID'), read('CHANGEOVER_VAULT_APPROLE_MOUNT')];
  if (token !== null && secretId === null && roleId === '') return { by: 'token', file: token };
  if (token !== null || secretId === null || roleId === '')
    throw new StartupError(
      'CHANGEOVER_VAULT_URL takes either CHANGEOVER_VAULT_TOKEN_FILE, or CHANGEOVER_VAULT_ROLE_ID with CHANGEOVER_VAULT_SECRET_ID_FILE.',
    );
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(mount)) throw new StartupError('CHANGEOVER_VAULT_APPROLE_MOUNT must be the path of a mount.');
  return { by: 'approle', file: secretId, roleId, mount };
}
