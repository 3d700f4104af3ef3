import type { AskManager } from '../../domain/connection/reference/secret-manager.ts';
import type { SecretProvider } from '../../domain/connection/reference/secret-reference.ts';
import { createManagerProvider } from '../manager/create-manager-provider.ts';
import { readLoginFile, unusable } from '../manager/read-login-file.ts';
import type { GcpLogin, GcpQuestion } from './manager.ts';
import type { GcpSettings } from './settings.ts';

/** By its id alone: with a number, too, one secret would have two names. */
const PROJECT = 'projects/(?:[a-z][a-z0-9.-]*[a-z0-9]:)?[a-z][a-z0-9-]{4,28}[a-z0-9]';
const PARENT = `${PROJECT}(?:/locations/([a-z]+(?:-[a-z0-9]+)+))?`;
const SECRET = new RegExp(`^(${PARENT}/secrets/[A-Za-z0-9_-]{1,255})(?:/versions/([A-Za-z0-9_-]{1,63}))?$`);
const PREFIX = new RegExp(`^${PARENT}/secrets/[A-Za-z0-9_-]{0,255}$`);

/** Secrets of Google Secret Manager, global and regional ones, by the names of its API. */
export function createGcpProvider(settings: GcpSettings | null, ask: AskManager, now?: () => number): SecretProvider {
  const secretOf = (path: string) => SECRET.exec(path)?.[1] ?? path;
  return createManagerProvider(
    {
      moduleUrl: import.meta.url.replace(/index(\.[jt]s)$/, 'manager$1'),
      pathForm:
        "The name of a secret of Google's is projects/ID/secrets/NAME, with the id of the project and not its number; /versions/5 behind it names a version, and /locations/REGION before it a regional one.",
      prefixForm: "A prefix of Google's secrets is projects/ID/secrets/ and the beginning of names.",
      isPath: (path) => SECRET.test(path),
      readPrefix: (prefix) => (PREFIX.test(prefix) ? prefix : null),
      isWithin: (path, prefix) => secretOf(path).startsWith(prefix),
      identityOf: secretOf,
      login: () => readLogin(settings),
      questionOf(path): GcpQuestion {
        const [, secret = '', location, version = 'latest'] = SECRET.exec(path) ?? [];
        const publicUrl = `https://secretmanager.${location === undefined ? '' : `${location}.rep.`}googleapis.com`;
        return { url: settings?.secretsUrl?.replace(/\/+$/, '') ?? publicUrl, version: `${secret}/versions/${version}` };
      },
    },
    ask,
    now,
  );
}

async function readLogin(settings: GcpSettings | null): Promise<GcpLogin> {
  if (settings === null) throw unusable('CHANGEOVER_GCP_KEY_FILE is not set');
  return { key: await readLoginFile(settings.keyFile), tokenUrl: settings.tokenUrl };
}
