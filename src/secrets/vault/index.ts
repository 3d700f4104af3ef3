import type { AskManager } from '../../domain/connection/reference/secret-manager.ts';
import type { SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { createManagerProvider } from '../manager/create-manager-provider.ts';
import { readLoginFile, readLoginWord, unusable } from '../manager/read-login-file.ts';
import type { VaultLogin, VaultQuestion } from './manager.ts';
import type { VaultSettings } from './settings.ts';

/** A path as policies have it: mount, `data` for a second version of the engine, and names. */
const NAME = '[A-Za-z0-9_.@=+,:~ -]';
const PATH = new RegExp(`^${NAME}+(/${NAME}+)+$`);
const VERSION = /\?version=([1-9]\d{0,8})$/;
/** A prefix holds a whole mount at least. */
const PREFIX = new RegExp(`^${NAME}+/(${NAME}+/)*${NAME}*$`);
/** What lies there is of Vault itself. */
const RESERVED = /^(sys|auth|identity|cubbyhole)\//;

/** Key/value secrets of HashiCorp Vault and OpenBao. The secret is the whole object of keys, as JSON. */
export function createVaultProvider(settings: VaultSettings | null, ask: AskManager, now?: () => number): SecretProvider {
  const plain = (path: string) => path.replace(VERSION, '');
  const isWithin = (path: string, prefix: string) => plain(path).startsWith(prefix);
  return createManagerProvider(
    {
      moduleUrl: import.meta.url.replace(/index(\.[jt]s)$/, 'manager$1'),
      pathForm:
        'The path of a Vault secret is as policies have it, such as secret/data/sales for version 2 of the engine and kv/sales for version 1; ?version=3 names a version.',
      prefixForm: 'A prefix of Vault secrets begins with a whole mount, such as secret/data/ or secret/data/sales.',
      isPath: (path) => path.length <= 1024 && isPlain(plain(path), PATH),
      readPrefix: (prefix) => (prefix.length <= 1024 && isPlain(prefix, PREFIX) ? prefix : null),
      isWithin,
      identityOf: plain,
      login: () => readLogin(settings),
      questionOf: (path): VaultQuestion => ({ path: plain(path), version: VERSION.exec(path)?.[1] ?? null }),
    },
    ask,
    now,
  );
}

function isPlain(path: string, form: RegExp): boolean {
  return form.test(path) && !RESERVED.test(path) && !path.split('/').some((part) => /^\.+$/.test(part) || part !== part.trim());
}

async function readLogin(settings: VaultSettings | null): Promise<VaultLogin> {
  if (settings === null) throw unusable('CHANGEOVER_VAULT_URL is not set');
  const { url, namespace, caFile, login } = settings;
  const server = { url, namespace, ca: caFile === null ? null : await readLoginFile(caFile, { isPublic: true }) };
  if (login.by === 'token') return { server, token: await readLoginWord(login.file) };
  return { server, mount: login.mount, roleId: login.roleId, secretId: await readLoginWord(login.file) };
}
