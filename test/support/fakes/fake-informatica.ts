import { type FakeReply, startJsonServer } from './json-server.ts';

interface Options {
  readonly orgId: string;
  readonly users: readonly { readonly name: string; readonly password: string; readonly mayRead?: boolean }[];
  /** A client of the customer's own authorization server, whose tokens Informatica takes. */
  readonly client: { readonly id: string; readonly secret: string };
  /** Where a login says that its resources are; this server unless given. */
  readonly serverUrl?: string;
}

/**
 * A FAKE of Informatica's Platform REST API, version 2, made from its documentation, and of an authorization server: refusals are told by
 * codes, a token is taken once, and a session is asked with by its own header.
 */
export async function startFakeInformatica({ orgId, users, client, serverUrl }: Options) {
  const sessions = new Map<string, Options['users'][number]>();
  const tokens = new Set<string>();
  let made = 0;

  function signedIn(user: Options['users'][number]): FakeReply {
    made += 1;
    sessions.set(`session-${made}`, user);
    const body = { icSessionId: `session-${made}`, serverUrl: serverUrl ?? `${server.url}/saas`, id: 'usr1', orgId, name: user.name };
    // The documented answer holds more than is anybody's business.
    return { status: 200, body: { ...body, securityAnswer: 'the-name-of-the-dog' } };
  }

  const server = await startJsonServer(({ method, url, headers, body }): FakeReply => {
    const asked = `${method} ${url.pathname}`;
    if (asked === 'POST /token') {
      const basic = `Basic ${Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`).toString('base64')}`;
      if (headers.authorization !== basic) return { status: 401, body: { error: 'invalid_client' } };
      made += 1;
      tokens.add(`token-${made}`);
      return { status: 200, body: { access_token: `token-${made}`, token_type: 'Bearer' } };
    }
    if (asked === 'POST /ma/api/v2/user/login') {
      const given = JSON.parse(body);
      const user = users.find(({ name, password }) => name === given.username && password === given.password);
      return given['@type'] === 'login' && user !== undefined ? signedIn(user) : refused(403, 'UI_10000');
    }
    if (asked === 'POST /ma/api/v2/user/loginOAuth') {
      const given = JSON.parse(body);
      const user = users[0];
      if (!tokens.delete(given.oauthToken) || given.orgId !== orgId || user === undefined) return refused(403, 'UI_10000');
      return signedIn(user);
    }
    const user = sessions.get(String(headers.icsessionid));
    if (user === undefined) return refused(401, 'AUTH_01');
    if (asked === 'POST /saas/api/v2/user/logout') {
      sessions.delete(String(headers.icsessionid));
      return { status: 200, body: '' };
    }
    if (asked === 'GET /saas/api/v2/connection') return user.mayRead === false ? refused(403, 'UI_10005') : { status: 200, body: [] };
    return refused(404, 'UI_10404');
  });
  return { ...server, sessions };
}

function refused(statusCode: number, code: string): FakeReply {
  return { status: statusCode, body: { '@type': 'error', code, description: 'refused', statusCode } };
}
