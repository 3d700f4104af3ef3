import { type FakeReply, type JsonServer, startJsonServer } from './json-server.ts';

/**
 * A FAKE of Teradata's Query Service, made from its guide: statements of our own kind, each with the login, as rows in arrays. Paths,
 * headers and bodies are checked as the guide has them; the database's refusals have status 420 and its number.
 */
export interface FakeTeradataUser {
  readonly user: string;
  readonly password: string;
  readonly logMech?: 'LDAP';
  /** The number that a right password is refused with. */
  readonly refused?: number;
  /** Database, table, code and role. */
  readonly rights: readonly (readonly [database: string, table: string, code: string, role: string])[];
}

export async function startFakeTeradata(users: readonly FakeTeradataUser[], options: { readonly tls?: boolean } = {}): Promise<JsonServer> {
  return await startJsonServer(({ method, url, headers, body }) => {
    if (method !== 'POST' || url.pathname !== '/api/query/systems/prod/queries') return { status: 404, body: { message: 'not found' } };
    if (headers.accept !== 'application/vnd.com.teradata.rest-v1.0+json' || headers['content-type'] !== 'application/json')
      return { status: 400, body: { message: 'unknown version' } };
    const { query, format, includeColumns, logMech } = JSON.parse(body) as Readonly<Record<string, unknown>>;
    if (typeof query !== 'string' || format !== 'array' || includeColumns !== true) return { status: 400, body: { message: 'no query' } };
    const login = Buffer.from(String(headers.authorization).replace(/^Basic /, ''), 'base64').toString('utf8');
    const user = users.find((one) => `${one.user}:${one.password}` === login && one.logMech === logMech);
    if (user === undefined) return refused(8017, 'The UserId, Password or Account is invalid.');
    return user.refused === undefined ? run(query, user) : refused(user.refused, 'The database said so.');
  }, options);
}

function run(query: string, { user, rights }: FakeTeradataUser): FakeReply {
  if (query === 'SELECT 1 AS "one"') return rows(['one'], [[1]]);
  if (query.startsWith('SELECT USER AS "user"'))
    return rows(['user', 'account', 'database', 'role', 'session'], [[user.toUpperCase(), 'DBC', 'sales', null, 1007]]);
  if (query.includes('FROM DBC.UserRightsV') && query.includes('FROM DBC.UserRoleRightsV'))
    // The catalogue pads what it holds.
    return rows(
      ['database', 'table', 'code', 'role'],
      rights.map(([database, table, code, role]) => [database, table, code.padEnd(2), role]),
    );
  return refused(3706, 'Syntax error.');
}

function rows(columns: readonly string[], data: readonly (readonly unknown[])[]): FakeReply {
  const named = columns.map((name) => ({ name, type: 'VARCHAR' }));
  const result = { resultSet: true, columns: named, data, rowCount: data.length, rowLimitExceeded: false };
  return { status: 200, body: { queueDuration: 1, queryDuration: 2, results: [result] } };
}

function refused(error: number, message: string): FakeReply {
  return { status: 420, body: { error: String(error), message } };
}
