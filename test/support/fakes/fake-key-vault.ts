import { createFakeEntra } from './fake-entra.ts';
import { type FakeReply, startJsonServer } from './json-server.ts';

const AUDIENCE = 'https://vault.azure.net';

export interface FakeKeyVaultSecret {
  readonly versions: readonly string[];
  readonly isDisabled?: boolean;
}

/**
 * A FAKE of Azure Key Vault and of Entra before it, made from the REST reference of "Get Secret" and from what its SDKs send: the version
 * of the API, the audience of the token and the shape of names are checked, names are of any case, and who may not read is told so.
 */
export async function startFakeKeyVault() {
  const entra = createFakeEntra({
    tenant: 'tests.example.com',
    apps: [
      { clientId: 'reader', secret: 'a-client-secret' },
      { clientId: 'late-reader', secret: 'an-old-secret', isExpired: true },
      { clientId: 'stranger', secret: 'a-stranger-secret' },
      { clientId: 'workload', federated: 'a.federated.token' },
    ],
  });
  const secrets = new Map<string, FakeKeyVaultSecret>();
  const state = { logins: 0, isBusy: false, isDown: false };
  const server = await startJsonServer((request) => {
    const signedIn = entra.answer(request);
    if (signedIn !== null) {
      state.logins += 1;
      return signedIn;
    }
    const who = entra.callerOf(request, AUDIENCE);
    if (who === null)
      return {
        ...refused(401, 'Unauthorized'),
        headers: { 'www-authenticate': 'Bearer authorization="https://thief.example.com/t", resource="https://vault.azure.net"' },
      };
    if (state.isDown) return refused(503, 'ServiceUnavailable');
    if (state.isBusy) return refused(429, 'Throttled');
    const [, name = '', version] = /^\/secrets\/([A-Za-z0-9-]{1,127})(?:\/([a-f0-9]{32}))?$/.exec(request.url.pathname) ?? [];
    if (request.method !== 'GET' || name === '' || request.url.searchParams.get('api-version') !== '7.4')
      return refused(400, 'BadParameter');
    if (who === 'stranger') return refused(403, 'Forbidden', 'Caller is not authorized to perform action on resource.');
    const secret = secrets.get(name.toLowerCase());
    const at = version === undefined ? (secret?.versions.length ?? 0) - 1 : Number.parseInt(version, 16);
    const value = secret?.versions[at];
    if (secret === undefined || value === undefined) return refused(404, 'SecretNotFound');
    if (secret.isDisabled === true) return refused(403, 'Forbidden', 'Operation get is not allowed on a disabled secret.');
    return {
      status: 200,
      body: { value, id: `https://fake.vault.azure.net/secrets/${name}/${versionOf(at)}`, attributes: { enabled: true } },
    };
  });
  return { ...server, secrets, state, endTokens: entra.endTokens };
}

/** Versions are told apart by 32 hexadecimal digits. */
export function versionOf(at: number): string {
  return at.toString(16).padStart(32, '0');
}

function refused(status: number, code: string, message = 'no'): FakeReply {
  return { status, body: { error: { code, message } } };
}
