import type { FakeReply, FakeRequest } from './json-server.ts';
import { startJsonServer } from './json-server.ts';

export interface FakeClient {
  readonly id: string;
  readonly secret: string;
  /** May not ask for a token of its own. */
  readonly isForUsers?: boolean;
}

/**
 * A FAKE of the token endpoints of identity providers, at any path: RFC 6749 with the errors of its part 5.2, and GitHub's at the path that
 * GitHub has. It takes id and secret in Basic or in the form, never in both, and remembers the forms that it was sent.
 */
export async function startFakeTokenEndpoint(clients: readonly FakeClient[]) {
  const forms: Readonly<Record<string, string>>[] = [];
  let isDown = false;
  const server = await startJsonServer((request) => {
    if (isDown) return { status: 503, body: { error: 'temporarily_unavailable' } };
    const form = new URLSearchParams(request.body);
    forms.push({
      path: request.url.pathname,
      by: request.headers.authorization === undefined ? 'form' : 'basic',
      ...Object.fromEntries(form),
    });
    return answer(clients, request, form);
  });
  return {
    ...server,
    forms,
    setDown(value: boolean) {
      isDown = value;
    },
  };
}

function answer(clients: readonly FakeClient[], request: FakeRequest, form: URLSearchParams): FakeReply {
  if (request.method !== 'POST' || request.headers['content-type'] !== 'application/x-www-form-urlencoded')
    return { status: 400, body: { error: 'invalid_request' } };
  const isGithub = request.url.pathname === '/login/oauth/access_token';
  const client = clientOf(clients, request, form);
  if (client === null) {
    return isGithub ? { status: 200, body: { error: 'incorrect_client_credentials' } } : { status: 401, body: { error: 'invalid_client' } };
  }
  if (isGithub) return { status: 200, body: { error: 'bad_verification_code' } };
  switch (form.get('grant_type')) {
    case 'client_credentials':
      if (client.isForUsers === true) return { status: 400, body: { error: 'unauthorized_client' } };
      return {
        status: 200,
        body: { access_token: `token-of-${client.id}`, token_type: 'Bearer', expires_in: 3599, scope: form.get('scope') ?? undefined },
      };
    case 'refresh_token':
      return { status: 400, body: { error: 'invalid_grant' } };
    default:
      return { status: 400, body: { error: 'unsupported_grant_type' } };
  }
}

function clientOf(clients: readonly FakeClient[], { headers }: FakeRequest, form: URLSearchParams): FakeClient | null {
  const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (basic !== undefined && form.has('client_secret')) return null;
  const [id, secret] =
    basic === undefined
      ? [form.get('client_id'), form.get('client_secret')]
      : Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
  return clients.find((one) => one.id === id && one.secret === secret) ?? null;
}
