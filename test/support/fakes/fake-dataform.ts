import { createVerify, generateKeyPairSync } from 'node:crypto';
import { type FakeReply, startJsonServer } from './json-server.ts';

interface Options {
  readonly projectId: string;
  readonly locations: readonly string[];
  /** E-mail addresses of accounts with the role. */
  readonly viewers: readonly string[];
  readonly isDisabled?: boolean;
}

/** The JSON key of a service account. What it names as token endpoint is not Google. */
export function makeServiceAccount(email: string) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const key = {
    type: 'service_account',
    client_email: email,
    private_key: privateKey,
    private_key_id: `id-of-${email}`,
    token_uri: 'https://elsewhere.example.com/token',
  };
  return { key, publicKey };
}

/** A FAKE of Google's token endpoint, made from what google-auth sends, and of the Dataform API, made from its reference. */
export async function startFakeDataform(
  accounts: readonly ReturnType<typeof makeServiceAccount>[],
  { projectId, locations, viewers, isDisabled = false }: Options,
) {
  const tokens = new Map<string, string>();

  function issue(form: URLSearchParams): FakeReply {
    const refused = (text: string): FakeReply => ({ status: 400, body: { error: 'invalid_grant', error_description: text } });
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    const [head = '', content = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const [header, claims] = [head, content].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
    const account = accounts.find(({ key }) => key.client_email === claims.iss);
    if (account === undefined) return refused('Invalid grant: account not found');
    const isSigned = createVerify('RSA-SHA256').update(`${head}.${content}`).verify(account.publicKey, signature, 'base64url');
    if (!isSigned || header.alg !== 'RS256' || header.kid !== account.key.private_key_id) return refused('Invalid JWT Signature.');
    if (claims.aud !== 'https://oauth2.googleapis.com/token' || claims.exp > claims.iat + 3600)
      return refused('Invalid JWT: check iat and exp.');
    if (!String(claims.scope).includes('/auth/cloud-platform')) return { status: 400, body: { error: 'invalid_scope' } };
    tokens.set(`ya29.${tokens.size}`, claims.iss);
    return { status: 200, body: { access_token: `ya29.${tokens.size - 1}`, expires_in: 3599, token_type: 'Bearer' } };
  }

  return await startJsonServer(({ method, url, headers, body }) => {
    if (method === 'POST' && url.pathname === '/token') return issue(new URLSearchParams(body));
    const email = tokens.get(String(headers.authorization).replace(/^Bearer /, ''));
    if (email === undefined) return failed(401, 'UNAUTHENTICATED', 'Invalid authentication credentials.');
    if (isDisabled) return failed(403, 'PERMISSION_DENIED', 'Dataform API has not been used in project 1 before or it is disabled.');
    const [, project, location] = /^\/v1\/projects\/([^/]+)\/locations\/([^/]+)\/repositories$/.exec(url.pathname) ?? [];
    if (project !== projectId || !viewers.includes(email))
      return failed(403, 'PERMISSION_DENIED', 'Permission dataform.repositories.list denied');
    if (location === undefined || !locations.includes(location)) return failed(404, 'NOT_FOUND', 'Location not found');
    return url.searchParams.get('pageSize') === '1' ? { status: 200, body: {} } : failed(400, 'INVALID_ARGUMENT', 'pageSize');
  });
}

function failed(code: number, status: string, message: string): FakeReply {
  return { status: code, body: { error: { code, status, message, details: [] } } };
}
