import { type FakeReply, type JsonServer, startJsonServer } from './json-server.ts';

export interface FakeLookerKey {
  readonly id: string;
  readonly secret: string;
  readonly userId: string;
  readonly models?: readonly string[];
}

/**
 * A FAKE of the Looker API 4.0, made from https://cloud.google.com/looker/docs/reference/looker-api/latest and public issues: a wrong pair
 * is not found, both schemes are taken, and a session ends when it is logged out of.
 */
export async function startFakeLooker(keys: readonly FakeLookerKey[], options: { readonly tls?: boolean } = {}) {
  const sessions = new Map<string, FakeLookerKey>();
  let made = 0;

  function logIn(type: string | undefined, body: string): FakeReply {
    const form = new URLSearchParams(body);
    if (type !== 'application/x-www-form-urlencoded') return failed(404, 'Not found');
    const key = keys.find(({ id, secret }) => id === form.get('client_id') && secret === form.get('client_secret'));
    if (key === undefined) return failed(404, 'Not found');
    made += 1;
    sessions.set(`session-${made}`, key);
    return { status: 200, body: { access_token: `session-${made}`, token_type: 'Bearer', expires_in: 3600, refresh_token: null } };
  }

  const server: JsonServer = await startJsonServer(({ method, url, headers, body }) => {
    const path = url.pathname.replace(/^\/api\/4\.0/, '');
    if (path === url.pathname) return { status: 404, body: '<html>Looker Not Found</html>', headers: { 'content-type': 'text/html' } };
    if (method === 'POST' && path === '/login') return logIn(headers['content-type'], body);
    const token = /^(?:Bearer|token) (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    const key = sessions.get(token);
    if (key === undefined) return failed(401, 'Requires authentication.');
    if (method === 'DELETE' && path === '/logout') {
      sessions.delete(token);
      return { status: 204, body: '' };
    }
    if (method === 'GET' && path === '/user')
      return { status: 200, body: { id: key.userId, email: `${key.userId}@example.com`, role_ids: ['2'] } };
    if (method === 'GET' && path === '/lookml_models')
      return { status: 200, body: (key.models ?? []).slice(0, Number(url.searchParams.get('limit'))).map((name) => ({ name })) };
    return failed(404, 'Not found');
  }, options);
  return { ...server, sessions };
}

function failed(status: number, message: string): FakeReply {
  return { status, body: { message, documentation_url: 'https://cloud.google.com/looker/docs/' } };
}
