import { createHash, createPublicKey, createVerify, randomBytes } from 'node:crypto';
import { type FakeReply, type FakeRequest, type JsonServer, startJsonServer } from './json-server.ts';

/**
 * A FAKE of a Snowflake account, and of an authorization server that it trusts, made from their documentation and from what
 * Snowflake's own drivers send and read: the login and query requests, and OAuth 2 at /oauth/token. Passwords, tokens, and the
 * signatures and claims of key-pair assertions are really checked. Of SQL it knows what the connector asks, and GRANT.
 */
export interface FakeSnowflake extends JsonServer {
  /** Sessions that were logged in and not yet logged out. */
  readonly openSessions: () => number;
  /** An administrator's GRANT statement. */
  run(statement: string): void;
  /** Returns what takes all grants back that come after it. */
  mark(): () => void;
}

export interface FakeUser {
  readonly name: string;
  readonly password?: string;
  /** PEM of the public key that is set on the user. */
  readonly publicKey?: string;
  readonly token?: string;
  readonly roles: readonly string[];
  /** Refuses every login with this code and text. */
  readonly refusal?: readonly [string, string];
  /** May look at the grants of others. */
  readonly isSecurityAdmin?: boolean;
}

export interface FakeClient {
  readonly id: string;
  readonly secret: string;
  /** The user that its tokens name; with the grant type password, the one who logs in. */
  readonly user: string;
  readonly password?: string;
}

interface GrantRow {
  readonly role: string;
  readonly privilege: string;
  readonly on: string;
  readonly name: string;
}

export const ACCOUNT = 'myorg-acme_eu';

export async function startFakeSnowflake(
  users: readonly FakeUser[],
  warehouses: readonly (readonly [name: string, state: string, autoResume: boolean])[],
  clients: readonly FakeClient[] = [],
): Promise<FakeSnowflake> {
  const grants: GrantRow[] = [];
  const sessions = new Map<string, { readonly user: FakeUser; readonly role: string }>();
  const accessTokens = new Map<string, string>();
  const running = new Map<string, FakeReply>();
  const rolesGranted = new Map<string, string[]>(users.map(({ name, roles }) => [name, [...roles]]));

  function answer(request: FakeRequest): FakeReply {
    const { pathname, searchParams } = request.url;
    if (pathname === '/oauth/token') return issueToken(request);
    if (pathname === '/session/v1/login-request')
      return login(JSON.parse(request.body).data as LoginData, searchParams.get('roleName') || null);
    const token = /^Snowflake Token="(.+)"$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const session = sessions.get(token);
    if (session === undefined) return failed('390104', 'Session token is invalid.');
    if (pathname === '/session' && searchParams.get('delete') === 'true') {
      sessions.delete(token);
      return succeeded(null);
    }
    if (pathname === '/queries/v1/query-request') return execute(String(JSON.parse(request.body).sqlText), session);
    return running.get(pathname) ?? { status: 404, body: 'Not Found' };
  }

  function issueToken({ headers, body }: FakeRequest): FakeReply {
    const [id = '', secret = ''] = Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64')
      .toString('utf8')
      .split(':')
      .map(decodeURIComponent);
    const form = new URLSearchParams(body);
    const client = clients.find((one) => one.id === id && one.secret === secret);
    const owns =
      client?.password === undefined
        ? form.get('grant_type') === 'client_credentials'
        : form.get('grant_type') === 'password' && form.get('username') === client.user && form.get('password') === client.password;
    if (client === undefined || !owns) return { status: 401, body: { error: 'invalid_client', error_description: secret } };
    const token = randomBytes(24).toString('base64url');
    accessTokens.set(token, client.user);
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 600 } };
  }

  function login(data: LoginData, role: string | null): FakeReply {
    if (data.ACCOUNT_NAME.toUpperCase() !== ACCOUNT.toUpperCase()) return { status: 404, body: 'Not Found' };
    const named = users.find(({ name }) => name === data.LOGIN_NAME?.toUpperCase());
    if (named?.refusal !== undefined) return failed(...named.refusal);
    const user = authenticate(data, named);
    if (!('name' in user)) return user;
    const roles = rolesGranted.get(user.name) ?? [];
    if (role !== null && !roles.includes(role.toUpperCase()))
      return failed('390189', `Role '${role}' specified in the connect string does not exist or not authorized.`);
    const token = randomBytes(24).toString('base64url');
    sessions.set(token, { user, role: role?.toUpperCase() ?? roles[0] ?? 'PUBLIC' });
    return succeeded({
      token,
      masterToken: randomBytes(24).toString('base64url'),
      validityInSeconds: 3600,
      masterValidityInSeconds: 14400,
      sessionId: sessions.size,
      parameters: [],
      sessionInfo: {},
    });
  }

  /** The user, or the refusal. The real one never quotes a secret; this one does, so that an echo of it would be seen. */
  function authenticate(
    { AUTHENTICATOR = 'SNOWFLAKE', PASSWORD, TOKEN = '' }: LoginData,
    named: FakeUser | undefined,
  ): FakeUser | FakeReply {
    if (AUTHENTICATOR === 'SNOWFLAKE')
      return named?.password !== undefined && named.password === PASSWORD
        ? named
        : failed('390100', `Incorrect username or password was specified. ${PASSWORD}`);
    if (AUTHENTICATOR === 'PROGRAMMATIC_ACCESS_TOKEN')
      return named?.token !== undefined && named.token === TOKEN
        ? named
        : failed('394400', `Programmatic access token is invalid. ${TOKEN}`);
    if (AUTHENTICATOR === 'OAUTH') {
      const user = users.find(({ name }) => name === accessTokens.get(TOKEN));
      return user ?? failed('390303', `Invalid OAuth access token. ${TOKEN}`);
    }
    return AUTHENTICATOR === 'SNOWFLAKE_JWT' && named?.publicKey !== undefined && isSigned(TOKEN, named.name, named.publicKey)
      ? named
      : failed('390144', 'JWT token is invalid.');
  }

  type Session = { readonly user: FakeUser; readonly role: string };

  function execute(statement: string, session: Session): FakeReply {
    // Answered as a statement is that takes longer than Snowflake holds the request.
    if (statement === 'SELECT 1') return later(rowsOf(['1'], [['1']]));
    if (statement.startsWith('SELECT CURRENT_USER()')) return rowsOf(['user', 'role'], [[session.user.name, session.role]]);
    const use = /^USE WAREHOUSE (.+)$/.exec(statement)?.[1];
    if (use !== undefined) return mayUse(session, unquote(use)) ? rowsOf(['status'], [['Statement executed successfully.']]) : absent(use);
    if (statement === 'SHOW WAREHOUSES')
      return rowsOf(
        ['name', 'state', 'auto_resume'],
        warehouses.filter(([name]) => mayUse(session, name)).map(([name, state, resumes]) => [name, state, String(resumes)]),
      );
    const [, type, name = ''] = /^SHOW GRANTS TO (USER|ROLE|DATABASE ROLE) (.+?)(?: LIMIT \d+)?$/.exec(statement) ?? [];
    if (type === 'USER') return rolesOfUser(unquote(name), session);
    if (type !== undefined) return grantsOfRole(type === 'ROLE' ? unquote(name) : name, session);
    return failed('001003', 'SQL compilation error: syntax error');
  }

  function later(reply: FakeReply): FakeReply {
    const path = `/queries/${randomBytes(8).toString('hex')}/result`;
    running.set(path, reply);
    return { status: 200, body: { success: true, code: '333333', message: 'Query execution in progress.', data: { getResultUrl: path } } };
  }

  /** A role with those that were granted to it. */
  function reach(role: string, seen: Set<string> = new Set()): ReadonlySet<string> {
    if (seen.has(role)) return seen;
    seen.add(role);
    for (const { name, on, privilege } of grants.filter((grant) => grant.role === role))
      if (privilege === 'USAGE' && /ROLE$/.test(on)) reach(on === 'ROLE' ? unquote(name) : name, seen);
    return seen;
  }
  const rolesOf = (user: FakeUser) => new Set(['PUBLIC', ...(rolesGranted.get(user.name) ?? [])].flatMap((role) => [...reach(role)]));
  const mayUse = ({ user }: Session, warehouse: string) =>
    grants.some(({ role, on, name }) => on === 'WAREHOUSE' && unquote(name) === warehouse && rolesOf(user).has(role));

  function rolesOfUser(name: string, { user }: Session): FakeReply {
    const roles = rolesGranted.get(name);
    if (roles === undefined || (name !== user.name && user.isSecurityAdmin !== true)) return absent(name);
    return rowsOf(
      ['created_on', 'role', 'granted_to', 'grantee_name', 'granted_by'],
      roles.map((role) => ['', role, 'USER', name, '']),
    );
  }

  function grantsOfRole(role: string, { user }: Session): FakeReply {
    if (user.isSecurityAdmin !== true && !rolesOf(user).has(role)) return absent(role);
    return rowsOf(
      ['created_on', 'privilege', 'granted_on', 'name', 'granted_to', 'grantee_name', 'grant_option', 'granted_by'],
      grants.filter((grant) => grant.role === role).map(({ privilege, on, name }) => ['', privilege, on, name, 'ROLE', role, 'false', '']),
    );
  }

  const server = await startJsonServer(answer);
  return {
    ...server,
    openSessions: () => sessions.size,
    run(statement) {
      const toUser = /^GRANT ROLE ("?[^"]+"?) TO USER ("[^"]+");$/.exec(statement);
      if (toUser !== null) {
        rolesGranted.get(unquote(toUser[2] ?? ''))?.push(unquote(toUser[1] ?? ''));
        return;
      }
      const [, privilege = '', object = '', grantee = ''] = /^GRANT (.+?) ON (.+) TO (?:DATABASE )?ROLE (.+);$/.exec(statement) ?? [];
      const [, type = '', name = 'ACME'] = /^(ACCOUNT$|(?:EXTERNAL |DATABASE )?[A-Z]+(?= .))(?: (.+))?$/.exec(object) ?? [];
      if (type === '') throw new Error(`not a GRANT statement: ${statement}`);
      grants.push({ role: grantee.includes('.') ? grantee : unquote(grantee), privilege, on: type.replaceAll(' ', '_'), name });
    },
    mark() {
      const kept = grants.length;
      const roles = [...rolesGranted].map(([user, held]) => [user, [...held]] as const);
      return () => {
        grants.length = kept;
        for (const [user, held] of roles) rolesGranted.set(user, [...held]);
      };
    },
  };
}

interface LoginData {
  readonly ACCOUNT_NAME: string;
  readonly LOGIN_NAME?: string;
  readonly AUTHENTICATOR?: string;
  readonly PASSWORD?: string;
  readonly TOKEN?: string;
}

/** Signature, algorithm, issuer with the fingerprint of the key, subject and expiry, as Snowflake documents them. */
function isSigned(token: string, user: string, publicKey: string): boolean {
  const [header = '', payload = '', signature = ''] = token.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  const key = createPublicKey(publicKey);
  const fingerprint = createHash('sha256')
    .update(key.export({ format: 'der', type: 'spki' }))
    .digest('base64');
  const subject = `${ACCOUNT.toUpperCase()}.${user}`;
  const claims = read(payload);
  return (
    createVerify('RSA-SHA256').update(`${header}.${payload}`).verify(key, Buffer.from(signature, 'base64url')) &&
    read(header).alg === 'RS256' &&
    claims.iss === `${subject}.SHA256:${fingerprint}` &&
    claims.sub === subject &&
    Number(claims.exp) > Date.now() / 1000
  );
}

function unquote(name: string): string {
  return /^".*"$/.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name;
}

function rowsOf(columns: readonly string[], rowset: readonly (readonly string[])[]): FakeReply {
  return succeeded({
    rowtype: columns.map((name) => ({ name, database: '', schema: '', table: '', type: 'text', nullable: true, ...UNBOUNDED })),
    rowset,
    total: rowset.length,
    returned: rowset.length,
    queryResultFormat: 'json',
    queryId: '01',
  });
}

const UNBOUNDED = { length: null, byteLength: null, precision: null, scale: null, collation: null };

function succeeded(data: unknown): FakeReply {
  return { status: 200, body: { data, code: null, message: null, success: true } };
}

function failed(code: string, message: string): FakeReply {
  return { status: 200, body: { data: {}, code, message, success: false } };
}

function absent(what: string): FakeReply {
  return failed('002003', `SQL compilation error:\n${what} does not exist or not authorized.`);
}
