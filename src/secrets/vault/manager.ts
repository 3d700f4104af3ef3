import { z } from 'zod';
import { HttpFailure, type HttpSession, openHttp } from '../../connectors/kits/http/http-session.ts';
import type { SecretManager } from '../../domain/connection/reference/secret-manager.ts';
import type { EgressSession } from '../../domain/connector/egress.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { secretErrorOf } from '../manager/http-failure.ts';

export interface VaultServer {
  readonly url: string;
  readonly namespace: string | null;
  /** PEM of the authority that signed its certificate; null for one that is known anyway. */
  readonly ca: string | null;
}

export type VaultLogin = { readonly server: VaultServer } & (
  | { readonly token: string }
  | { readonly mount: string; readonly roleId: string; readonly secretId: string }
);

export interface VaultSession {
  readonly server: VaultServer;
  readonly token: string;
}

export interface VaultQuestion {
  /** As policies have it: below /v1/, with `data` behind the mount of a second version. */
  readonly path: string;
  readonly version: string | null;
}

/** A token of a file is read again after that time, since an agent may have replaced it. */
const TOKEN_SECONDS = 300;

/** HashiCorp Vault and OpenBao: https://developer.hashicorp.com/vault/api-docs/secret/kv and .../auth/approle */
export const manager: SecretManager<VaultLogin, VaultSession, VaultQuestion> = {
  async signIn(login, egress) {
    const { server } = login;
    if ('token' in login) return { session: { server, token: login.token }, seconds: TOKEN_SECONDS };
    const body = { role_id: login.roleId, secret_id: login.secretId };
    const path = `/v1/auth/${encoded(login.mount)}/login`;
    const answer = await orSecretError(openVault(egress, server, null).ask({ path, method: 'POST', body, about: 'login' }, LOGIN));
    // A token without an end of its own has none here either.
    return { session: { server, token: answer.auth.client_token }, seconds: answer.auth.lease_duration || TOKEN_SECONDS };
  },
  async read({ session: { server, token }, question: { path, version } }, egress) {
    const vault = openVault(egress, server, token);
    const query = version === null ? '' : `?version=${version}`;
    try {
      return Buffer.from(JSON.stringify(heldBy(await vault.ask(`/v1/${encoded(path)}${query}`, ANSWER), path)));
    } catch (error) {
      if (error instanceof HttpFailure && error.status === 403) throw await denialTo(vault);
      throw error instanceof HttpFailure ? secretErrorOf(error) : error;
    }
  },
};

const LOGIN = z.object({
  auth: z.object({ client_token: z.string().regex(/^[\x21-\x7e]+$/), lease_duration: z.number().int().min(0) }),
});

const HELD = z.record(z.string(), z.unknown());
const ANSWER = z.object({ lease_id: z.string(), auth: z.null().optional(), wrap_info: z.null().optional(), data: HELD });

/** Only the second version of the engine says when a secret's version was made. */
const SECOND = z.object({ data: HELD.nullable(), metadata: z.object({ version: z.number().int().min(1), created_time: z.string() }) });

/** Engines of other kinds make a new login with each read, or tell of Vault itself; these are no secrets to refer to. */
const RESERVED = new Set(['sys', 'auth', 'identity', 'cubbyhole']);

function heldBy({ lease_id: leaseId, data }: z.output<typeof ANSWER>, path: string): Readonly<Record<string, unknown>> {
  const second = SECOND.safeParse(data);
  if (second.success) {
    if (second.data.data === null) throw new SecretError('missing');
    return second.data.data;
  }
  if (leaseId !== '' || path.split('/').some((part) => RESERVED.has(part)))
    throw new SecretError('ill-formed', 'it is in no key/value engine');
  return data;
}

/** Vault answers a token that has ended as it does one that may not read this; every token that is good may look itself up, unless its role leaves out the policy `default`. */
async function denialTo(vault: HttpSession): Promise<SecretError> {
  try {
    await vault.ask('/v1/auth/token/lookup-self', z.unknown());
    return new SecretError('denied');
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return error.status === 403 ? new SecretError('signed-out') : secretErrorOf(error);
  }
}

function openVault(egress: EgressSession, { url, namespace, ca }: VaultServer, token: string | null): HttpSession {
  const headers = {
    'x-vault-request': 'true',
    ...(token === null ? {} : { 'x-vault-token': token }),
    ...(namespace === null ? {} : { 'x-vault-namespace': namespace }),
  };
  return openHttp(egress, url, async () => headers, ca === null ? undefined : { ca });
}

async function orSecretError<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking;
  } catch (error) {
    throw error instanceof HttpFailure ? secretErrorOf(error) : error;
  }
}

function encoded(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
