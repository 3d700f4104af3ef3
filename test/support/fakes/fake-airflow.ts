import { type FakeReply, type FakeRequest, startJsonServer } from './json-server.ts';

export interface FakeAirflowUser {
  readonly name: string;
  readonly password: string;
  readonly mayRead?: boolean;
}

interface Options {
  readonly version: '2.10.5' | '3.0.6' | '3.3.2';
  readonly users: readonly FakeAirflowUser[];
  readonly scheduler?: string;
}

/** A FAKE of Airflow's REST API, made from what real servers of these versions answered, both kinds of 403 and both of 404 included. */
export async function startFakeAirflow({ version, users, scheduler = 'healthy' }: Options) {
  const tokens = new Map<string, FakeAirflowUser>();
  const health = { metadatabase: { status: 'healthy' }, scheduler: { status: scheduler, latest_scheduler_heartbeat: null } };

  function three({ method, url, headers, body }: FakeRequest): FakeReply {
    if (url.pathname === '/api/v2/version') return { status: 200, body: { version, git_version: null } };
    if (url.pathname === '/api/v2/monitor/health') return { status: 200, body: health };
    if (url.pathname.startsWith('/api/v1/'))
      return { status: 404, body: { error: '/api/v1 has been removed in Airflow 3, please use its upgraded version /api/v2 instead.' } };
    if (method === 'POST' && url.pathname === '/auth/token') {
      const given = JSON.parse(body);
      if (Object.keys(given).toSorted().join() !== 'password,username') return { status: 422, body: { detail: [] } };
      const user = users.find(({ name, password }) => name === given.username && password === given.password);
      if (user === undefined) return { status: 401, body: { detail: 'Invalid credentials' } };
      tokens.set(`token-of-${user.name}`, user);
      return { status: 201, body: { access_token: `token-of-${user.name}` } };
    }
    const [scheme, token = ''] = (headers.authorization ?? '').split(' ');
    if (scheme !== 'Bearer') return { status: 401, body: { detail: 'Not authenticated' } };
    const user = tokens.get(token);
    if (user === undefined) return { status: 403, body: { detail: 'Invalid JWT token' } };
    if (url.pathname === '/ui/auth/me' && version === '3.3.2') return { status: 200, body: { id: '7', username: user.name } };
    if (url.pathname === '/api/v2/dags')
      return user.mayRead === false
        ? { status: 403, body: { detail: 'Forbidden' } }
        : { status: 200, body: { dags: [], total_entries: 0 } };
    return { status: 404, body: { detail: 'Not Found' } };
  }

  function two({ url, headers }: FakeRequest): FakeReply {
    if (url.pathname === '/api/v1/version') return { status: 200, body: { version, git_version: null } };
    if (url.pathname === '/api/v1/health') return { status: 200, body: health };
    if (!url.pathname.startsWith('/api/v1/'))
      return { status: 404, body: '<!DOCTYPE html><title>Airflow 404</title>', headers: { 'content-type': 'text/html' } };
    const user = users.find(
      ({ name, password }) => headers.authorization === `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
    );
    if (user === undefined) return problem(401, 'Unauthorized');
    if (url.pathname === '/api/v1/dags')
      return user.mayRead === false ? problem(403, 'Forbidden') : { status: 200, body: { dags: [], total_entries: 0 } };
    return problem(404, 'Not Found');
  }

  return await startJsonServer(version === '2.10.5' ? two : three);
}

function problem(status: number, title: string): FakeReply {
  return { status, body: { detail: null, status, title, type: 'about:blank' }, headers: { 'content-type': 'application/problem+json' } };
}
