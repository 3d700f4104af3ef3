import type { AskManager } from '../../domain/connection/reference/secret-manager.ts';
import type { SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { createManagerProvider } from '../manager/create-manager-provider.ts';
import { readLoginWord, unusable } from '../manager/read-login-file.ts';
import type { AzureLogin, AzureQuestion } from './manager.ts';
import type { AzureSettings } from './settings.ts';

/** A vault by its address; plain http on this machine alone, where trials and tests run. */
const VAULT = '(?:https://[a-z0-9-]+(?:\\.[a-z0-9-]+)+|http://127\\.0\\.0\\.1:[1-9]\\d{0,4})';
/** Names are of any case and mean the same in each. */
const SECRET = new RegExp(`^(${VAULT}/secrets/[a-z0-9-]{1,127})(?:/([a-f0-9]{32}))?$`);
const PREFIX = new RegExp(`^${VAULT}/secrets/[a-z0-9-]{0,127}$`);

/** Secrets of Azure Key Vault, by the identifiers that it gives them. */
export function createAzureProvider(settings: AzureSettings | null, ask: AskManager, now?: () => number): SecretProvider {
  const secretOf = (path: string) => SECRET.exec(path.toLowerCase())?.[1] ?? path;
  return createManagerProvider(
    {
      moduleUrl: import.meta.url.replace(/index(\.[jt]s)$/, 'manager$1'),
      pathForm:
        'The identifier of an Azure secret is https://VAULT.vault.azure.net/secrets/NAME, and may have a version of 32 hexadecimal digits behind it.',
      prefixForm: 'A prefix of Azure secrets is https://VAULT.vault.azure.net/secrets/ and the beginning of names.',
      isPath: (path) => SECRET.test(path.toLowerCase()),
      readPrefix: (prefix) => (PREFIX.test(prefix.toLowerCase()) ? prefix.toLowerCase() : null),
      isWithin: (path, prefix) => secretOf(path).startsWith(prefix),
      identityOf: secretOf,
      login: (path) => readLogin(settings, scopeOf(path)),
      audienceOf: scopeOf,
      questionOf: (path): AzureQuestion => ({ id: path.toLowerCase() }),
    },
    ask,
    now,
  );
}

/** Each cloud has a domain of its vaults, and its tokens are for that. */
function scopeOf(path: string): string {
  const domain = /^https:\/\/[^./:]+\.([^/:]+)/.exec(path.toLowerCase())?.[1] ?? 'vault.azure.net';
  return `https://${domain}/.default`;
}

async function readLogin(settings: AzureSettings | null, scope: string): Promise<AzureLogin> {
  if (settings === null) throw unusable('CHANGEOVER_AZURE_TENANT_ID is not set');
  const { login, tenantId, clientId, loginUrl } = settings;
  // The platform mounts its own token as it likes.
  const proof = await readLoginWord(login.file, { isPublic: login.by === 'federated' });
  return { tenantId, clientId, loginUrl, scope, by: login.by, proof };
}
