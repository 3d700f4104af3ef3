import { randomBytes } from 'node:crypto';
import { type FakeReply, type FakeRequest, startJsonServer } from './json-server.ts';

type Secret = Readonly<Record<string, unknown>>;

const NAMESPACE = 'teams/data';
const ROLE = { roleId: 'a-role-id', secretId: 'a-secret-id' };

/**
 * A FAKE of HashiCorp Vault with the namespace `teams/data`, its key/value engines at `secret` (version 2) and `kv` (version 1) and an
 * AppRole, made from its API documentation; test/servers/openbao.test.ts asks the same of a real OpenBao. Version 2 keeps every version of a
 * secret, of which null is one that was deleted. A token that is not known, and a path that no policy names, are both answered with 403.
 */
export async function startFakeVault() {
  const second = new Map<string, readonly (Secret | null)[]>();
  const first = new Map<string, Secret>();
  const tokens = new Set<string>();
  const state = { logins: 0, isBusy: false, isSealed: false, lasts: 3600, namespace: NAMESPACE as string | undefined };

  function answer({ method, url, headers, body }: FakeRequest): FakeReply {
    if (headers['x-vault-namespace'] !== state.namespace) return errors(404);
    if (state.isSealed) return errors(503, 'Vault is sealed');
    if (state.isBusy) return errors(429);
    const path = decodeURIComponent(url.pathname);
    if (path === '/v1/auth/approle/login' && method === 'POST') {
      const { role_id: roleId, secret_id: secretId } = JSON.parse(body) as { readonly role_id?: string; readonly secret_id?: string };
      if (roleId !== ROLE.roleId || secretId !== ROLE.secretId) return errors(400, 'invalid role or secret ID');
      state.logins += 1;
      const token = issue();
      const auth = { client_token: token, lease_duration: state.lasts, renewable: true, policies: ['default', 'changeover'] };
      return { status: 200, body: { request_id: 'r', lease_id: '', data: null, wrap_info: null, auth } };
    }
    const token = String(headers['x-vault-token']);
    if (!tokens.has(token)) return errors(403, 'permission denied');
    if (method !== 'GET') return errors(405);
    if (path === '/v1/auth/token/lookup-self') return held({ id: token, policies: ['default'] });
    if (path === '/v1/database/creds/sales') return held({ username: 'u', password: 'p' }, 'database/creds/sales/x');
    if (path.startsWith('/v1/kv/')) return firstVersion(path.slice('/v1/kv/'.length));
    if (path.startsWith('/v1/secret/data/')) return secondVersion(path.slice('/v1/secret/data/'.length), url.searchParams.get('version'));
    return errors(403, 'permission denied');
  }

  function firstVersion(name: string): FakeReply {
    if (name.startsWith('denied/')) return errors(403, 'permission denied');
    const data = first.get(name);
    return data === undefined ? errors(404) : held(data);
  }

  function secondVersion(name: string, version: string | null): FakeReply {
    if (name.startsWith('denied/')) return errors(403, 'permission denied');
    const versions = second.get(name) ?? [];
    const number = version === null ? versions.length : Number(version);
    const data = versions[number - 1];
    if (data === undefined) return errors(404);
    const metadata = { created_time: '2026-01-01T00:00:00Z', custom_metadata: null, deletion_time: '', destroyed: false, version: number };
    return { ...held({ data, metadata }), status: data === null ? 404 : 200 };
  }

  function issue(): string {
    const token = `hvs.${randomBytes(16).toString('base64url')}`;
    tokens.add(token);
    return token;
  }

  const server = await startJsonServer(answer);
  return { ...server, first, second, state, issue, endTokens: () => tokens.clear() };
}

function held(data: Secret, leaseId = ''): FakeReply {
  return {
    status: 200,
    body: { request_id: 'r', lease_id: leaseId, renewable: false, lease_duration: 0, data, wrap_info: null, warnings: null, auth: null },
  };
}

function errors(status: number, ...messages: readonly string[]): FakeReply {
  return { status, body: { errors: messages } };
}
