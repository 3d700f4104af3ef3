import { createVerify, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { type FakeReply, type FakeRequest, startJsonServer } from './json-server.ts';

export interface GoogleAccount {
  readonly email: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
  /** Its key file, as Google makes it. */
  readonly file: Readonly<Record<string, string>>;
  readonly permissions: readonly string[];
  readonly isDisabled: boolean;
}

export const PROJECT = 'lake-of-tests';

export function createAccount(name: string, permissions: readonly string[], isDisabled = false): GoogleAccount {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const email = `${name}@${PROJECT}.iam.gserviceaccount.com`;
  const keyId = randomBytes(20).toString('hex');
  const file = {
    type: 'service_account',
    project_id: PROJECT,
    private_key_id: keyId,
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    client_email: email,
    token_uri: 'https://thief.example.com/token',
  };
  return { email, keyId, publicKey, file, permissions, isDisabled };
}

/** Answers what an API has below its paths, for an account that it knows. */
export type GoogleApi = (request: FakeRequest, account: GoogleAccount) => FakeReply | null;

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** The token endpoint for service accounts, and APIs behind it, as they are documented: signature, key id, audience, scope and lifetime are checked. */
export async function startFakeGoogle(accounts: readonly GoogleAccount[], apis: readonly GoogleApi[]) {
  const tokens = new Map<string, GoogleAccount>();
  const server = await startJsonServer((request) => {
    if (request.url.pathname === '/token') {
      const account = readAssertion(request, accounts);
      if (typeof account === 'string') return { status: 400, body: { error: 'invalid_grant', error_description: account } };
      const token = `ya29.${randomBytes(24).toString('base64url')}`;
      tokens.set(token, account);
      return { status: 200, body: { access_token: token, expires_in: 3599, token_type: 'Bearer' } };
    }
    const account = tokens.get(/^Bearer (.+)$/.exec(String(request.headers.authorization))?.[1] ?? '');
    if (account === undefined) return googleError(401, 'UNAUTHENTICATED', 'authError');
    for (const api of apis) {
      const reply = api(request, account);
      if (reply !== null) return reply;
    }
    return googleError(404, 'NOT_FOUND', 'notFound');
  });
  /** From now on no token that was issued is good. */
  return { ...server, endTokens: () => tokens.clear() };
}

/** The account, or what is wrong in Google's words. */
function readAssertion({ method, headers, body }: FakeRequest, accounts: readonly GoogleAccount[]): GoogleAccount | string {
  const form = new URLSearchParams(body);
  const isForm = String(headers['content-type']).startsWith('application/x-www-form-urlencoded');
  if (method !== 'POST' || !isForm || form.get('grant_type') !== GRANT) return 'Bad Request';
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  const [{ alg, kid }, { iss, aud, scope, iat, exp }] = [read(head), read(claims)];
  const account = accounts.find(({ email }) => email === iss);
  if (account === undefined || account.isDisabled) return 'Invalid grant: account not found';
  const isSigned = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(account.publicKey, Buffer.from(signature, 'base64url'));
  if (alg !== 'RS256' || kid !== account.keyId || !isSigned) return 'Invalid JWT Signature.';
  if (aud !== 'https://oauth2.googleapis.com/token' || scope !== SCOPE) return 'Invalid JWT: audience or scope';
  const now = Date.now() / 1000;
  if (Number(exp) - Number(iat) > 3600 || Math.abs(now - Number(iat)) > 300)
    return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.';
  return account;
}

/** As BigQuery has it, with the reason in `errors`; newer APIs have it in `details`. */
export function googleError(code: number, status: string, reason: string): FakeReply {
  return { status: code, body: { error: { code, status, message: 'no', errors: [{ message: 'no', domain: 'global', reason }] } } };
}

export function newerError(code: number, status: string, reason: string): FakeReply {
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
  return { status: code, body: { error: { code, status, message: 'no', details: [info] } } };
}

const DENIED = googleError(403, 'PERMISSION_DENIED', 'accessDenied');

/** Tables by dataset. */
export function fakeBigquery(datasets: Readonly<Record<string, readonly string[]>>): GoogleApi {
  return ({ method, url, body }, { permissions }) => {
    const holds = (permission: string) => permissions.includes(permission);
    const [, project, rest = ''] = /^\/bigquery\/v2\/projects\/([^/]+)\/(.*)$/.exec(url.pathname) ?? [];
    if (project === undefined) return null;
    if (project === 'switched-off') return googleError(403, 'PERMISSION_DENIED', 'accessNotConfigured');
    if (project === 'busy-project') return googleError(403, 'PERMISSION_DENIED', 'rateLimitExceeded');
    if (project !== PROJECT) return googleError(404, 'NOT_FOUND', 'notFound');
    if (rest === 'queries' && method === 'POST') {
      const query = JSON.parse(body) as Readonly<Record<string, unknown>>;
      if (query.dryRun !== true || query.useLegacySql !== false) return googleError(400, 'INVALID_ARGUMENT', 'invalidQuery');
      return holds('bigquery.jobs.create') ? { status: 200, body: { kind: 'bigquery#queryResponse', jobComplete: true } } : DENIED;
    }
    if (method !== 'GET') return null;
    const [, dataset, table] = /^datasets(?:\/([^/]+)\/tables(?:\/([^/]+)\/data)?)?$/.exec(rest) ?? [];
    if (rest === 'datasets') {
      // What may not be seen is left out of the list.
      const seen = holds('bigquery.datasets.get') ? Object.keys(datasets) : [];
      const listed = seen.slice(0, Number(url.searchParams.get('maxResults'))).map((datasetId) => ({
        kind: 'bigquery#dataset',
        id: `${PROJECT}:${datasetId}`,
        datasetReference: { projectId: PROJECT, datasetId },
      }));
      return { status: 200, body: { kind: 'bigquery#datasetList', ...(listed.length === 0 ? {} : { datasets: listed }) } };
    }
    const tables = datasets[String(dataset)];
    if (tables === undefined) return null;
    if (table === undefined) {
      if (!holds('bigquery.tables.list')) return DENIED;
      const listed = tables.map((tableId) => ({ type: tableId.startsWith('v_') ? 'VIEW' : 'TABLE', tableReference: { tableId } }));
      return { status: 200, body: { kind: 'bigquery#tableList', tables: listed } };
    }
    if (!tables.includes(table) || table.startsWith('v_')) return googleError(400, 'INVALID_ARGUMENT', 'invalid');
    return holds('bigquery.tables.getData') ? { status: 200, body: { kind: 'bigquery#tableDataList', totalRows: '0' } } : DENIED;
  };
}

export const fakeResourceManager: GoogleApi = ({ method, url, body }, { permissions }) => {
  if (method !== 'POST' || url.pathname !== `/v1/projects/${PROJECT}:testIamPermissions`) return null;
  if (permissions.includes('test.noResourceManager')) return newerError(403, 'PERMISSION_DENIED', 'SERVICE_DISABLED');
  const asked = (JSON.parse(body) as { readonly permissions: readonly string[] }).permissions;
  return { status: 200, body: { permissions: asked.filter((permission) => permissions.includes(permission)) } };
};

/** Secrets by their whole names below the project, such as `secrets/sales`, each with its versions: the last is the latest, and null one that was destroyed. */
export function fakeSecretManager(secrets: Map<string, readonly (string | null)[]>): GoogleApi {
  return ({ method, url }, { permissions }) => {
    const [, parent, secret, version] =
      /^\/v1\/projects\/([^/]+)\/((?:locations\/[^/]+\/)?secrets\/[^/]+)\/versions\/([^/]+):access$/.exec(url.pathname) ?? [];
    if (secret === undefined || version === undefined || method !== 'GET') return null;
    if (parent === 'busy-project') return newerError(429, 'RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED');
    if (parent === 'broken-project') return { status: 503, body: { error: { code: 503, status: 'UNAVAILABLE', message: 'no' } } };
    if (parent !== PROJECT || !permissions.includes('secretmanager.versions.access'))
      return newerError(403, 'PERMISSION_DENIED', 'IAM_PERMISSION_DENIED');
    const versions = secrets.get(secret) ?? [];
    const number = version === 'latest' ? versions.length : Number(version);
    const value = versions[number - 1];
    if (value === undefined) return { status: 404, body: { error: { code: 404, status: 'NOT_FOUND', message: 'no' } } };
    if (value === null) return { status: 400, body: { error: { code: 400, status: 'FAILED_PRECONDITION', message: 'DESTROYED state' } } };
    const data = Buffer.from(value).toString('base64');
    // Answers have the number of the project, whatever was asked.
    return { status: 200, body: { name: `projects/123456789012/${secret}/versions/${number}`, payload: { data, dataCrc32c: '1' } } };
  };
}
