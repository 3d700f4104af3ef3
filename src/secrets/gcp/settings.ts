import type { LoginFile } from '../manager/read-login-file.ts';
import { fileOf, type ReadSetting, type SettingTable, urlOf } from '../manager/setting-table.ts';

export const GCP_SETTINGS = {
  CHANGEOVER_GCP_KEY_FILE: {
    default: '',
    description: "File of the JSON key of a Google service account, which reads Google Secret Manager's secrets that references name.",
  },
  CHANGEOVER_GCP_SECRETS_URL: {
    default: '',
    description: 'Where Google Secret Manager answers, when not at its public addresses: a Private Service Connect endpoint, say.',
  },
  CHANGEOVER_GCP_TOKEN_URL: {
    default: 'https://oauth2.googleapis.com/token',
    description: "Where Google issues tokens for that key. The file's own token_uri is not asked.",
  },
} as const satisfies SettingTable;

export interface GcpSettings {
  readonly keyFile: LoginFile;
  /** Null for the public addresses. */
  readonly secretsUrl: string | null;
  readonly tokenUrl: string;
}

/** Null where no key is set. Throws StartupError. */
export function readGcpSettings(read: ReadSetting<typeof GCP_SETTINGS>): GcpSettings | null {
  const keyFile = fileOf(read, 'CHANGEOVER_GCP_KEY_FILE');
  if (keyFile === null) return null;
  return {
    keyFile,
    secretsUrl: read('CHANGEOVER_GCP_SECRETS_URL') === '' ? null : urlOf(read, 'CHANGEOVER_GCP_SECRETS_URL'),
    tokenUrl: urlOf(read, 'CHANGEOVER_GCP_TOKEN_URL'),
  };
}
