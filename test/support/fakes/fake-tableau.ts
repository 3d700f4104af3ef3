import { createHmac } from 'node:crypto';
import { type FakeReply, type FakeRequest, type JsonServer, startJsonServer } from './json-server.ts';
import { asXml, credentialsOf } from './tableau-xml.ts';

export interface FakeTableau {
  readonly site: string;
  readonly users: readonly { readonly name: string; readonly password?: string; readonly siteRole: string; readonly workbooks?: number }[];
  readonly tokens?: readonly { readonly name: string; readonly secret: string; readonly user: string }[];
  readonly apps?: readonly { readonly clientId: string; readonly secretId: string; readonly secret: string }[];
}

type User = FakeTableau['users'][number];

interface SignIn {
  readonly site?: { readonly contentUrl: string };
  readonly isUat?: string;
  readonly name?: string;
  readonly password?: string;
  readonly personalAccessTokenName?: string;
  readonly personalAccessTokenSecret?: string;
  readonly jwt?: string;
}

const API = '/api/3.27';
const SITE_ID = '9a8b7c6d-0000-4000-8000-000000000001';

/**
 * A FAKE of the Tableau REST API, made from https://help.tableau.com/current/api/rest_api/en-us/REST and what tableauserverclient 0.42
 * sends: one form of credentials, a session that belongs to a site, signed tokens of connected apps that are good once, and one session
 * for each personal access token.
 */
export async function startFakeTableau({ site, users, tokens = [], apps = [] }: FakeTableau) {
  const sessions = new Map<string, { readonly user: User; readonly pat: string | null }>();
  const used = new Set<string>();
  let made = 0;

  function signIn(body: { readonly credentials?: SignIn }): FakeReply {
    // Who signs in to act for himself says so, or says nothing.
    const { site: { contentUrl } = { contentUrl: null }, isUat: _isUat, ...given } = body.credentials ?? {};
    if (contentUrl === null) return failed(400, '400000', 'Bad Request', 'no site');
    const form = Object.keys(given).toSorted().join(' ');
    const found =
      form === 'name password'
        ? users.find(({ name, password }) => name === given.name && password !== undefined && password === given.password)
        : form === 'personalAccessTokenName personalAccessTokenSecret'
          ? byToken(given.personalAccessTokenName, given.personalAccessTokenSecret)
          : form === 'jwt'
            ? byApp(given.jwt)
            : failed(400, '400003', 'Bad Request', 'not one form of credentials');
    if (found !== undefined && 'status' in found) return found;
    if (found === undefined || contentUrl !== site) return failed(401, '401001', 'Signin Error', 'Error signing in to Tableau Server');
    const pat = form.startsWith('personal') ? String(given.personalAccessTokenName) : null;
    if (pat !== null) for (const [token, session] of sessions) if (session.pat === pat) sessions.delete(token);
    made += 1;
    sessions.set(`session-${made}`, { user: found, pat });
    const body200 = {
      token: `session-${made}`,
      estimatedTimeToExpiration: '2:00:00',
      site: { id: SITE_ID, contentUrl },
      user: { id: `u-${users.indexOf(found)}` },
    };
    return { status: 200, body: { credentials: body200 } };
  }

  function byToken(name = '', secret = ''): User | undefined {
    const token = tokens.find((one) => one.name === name && one.secret === secret);
    return users.find((user) => user.name === token?.user);
  }

  function byApp(jwt = ''): User | FakeReply {
    const refused = (code: number) => failed(401, '10084', 'Signin Error', `The request is not authorized (errorCode=${code})`);
    const [head = '', content = '', signature] = jwt.split('.');
    const [header, claims] = [head, content].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
    const app = apps.find(({ clientId }) => clientId === header.iss);
    if (app === undefined) return refused(126);
    if (app.secretId !== header.kid) return refused(127);
    const now = Date.now() / 1000;
    const isGood =
      header.alg === 'HS256' &&
      signature === createHmac('sha256', app.secret).update(`${head}.${content}`).digest('base64url') &&
      claims.iss === app.clientId &&
      claims.aud === 'tableau' &&
      claims.exp > now &&
      claims.exp <= now + 600 &&
      Array.isArray(claims.scp) &&
      !used.has(claims.jti);
    used.add(claims.jti);
    return isGood ? (users.find(({ name }) => name === claims.sub) ?? refused(5)) : refused(16);
  }

  // Without a word on it, the answer is XML.
  const server: JsonServer = await startJsonServer((request) =>
    request.headers.accept === 'application/json' ? answer(request) : asXml(answer(request)),
  );

  function answer({ method, url, headers, body }: FakeRequest): FakeReply {
    const asked = `${method} ${url.pathname}`;
    if (asked === 'GET /api/2.4/serverInfo')
      return { status: 200, body: { serverInfo: { productVersion: { value: '2026.2.0', build: '20262.1' }, restApiVersion: '3.27' } } };
    if (asked === `POST ${API}/auth/signin`) {
      if (headers['content-type'] === 'application/json') return signIn(JSON.parse(body));
      return headers['content-type'] === 'text/xml' ? signIn(credentialsOf(body)) : { status: 415, body: '' };
    }
    const token = String(headers['x-tableau-auth'] ?? '');
    const session = sessions.get(token);
    if (session === undefined)
      return failed(401, token === '' ? '401000' : '401002', 'Unauthorized Access', 'Invalid authentication credentials');
    if (asked === `POST ${API}/auth/signout`) {
      sessions.delete(token);
      return { status: 204, body: '' };
    }
    const { user } = session;
    if (asked === `GET ${API}/sites/${SITE_ID}/users/u-${users.indexOf(user)}`)
      return { status: 200, body: { user: { id: `u-${users.indexOf(user)}`, name: user.name, siteRole: user.siteRole } } };
    if (asked === `GET ${API}/sites/${SITE_ID}/workbooks` && url.searchParams.get('pageSize') === '1')
      return {
        status: 200,
        body: { pagination: { pageNumber: '1', pageSize: '1', totalAvailable: String(user.workbooks ?? 0) }, workbooks: {} },
      };
    return failed(404, '404000', 'Resource Not Found', 'Unknown resource');
  }

  return { ...server, sessions };
}

function failed(status: number, code: string, summary: string, detail: string): FakeReply {
  return { status, body: { error: { summary, detail, code } } };
}
