import { type FakeReply, type FakeRequest, type JsonServer, startJsonServer } from './json-server.ts';

/**
 * A FAKE of a coordinator of Trino or Presto, made from https://trino.io/docs/current/develop/client-protocol.html and from what Trino 476
 * answered: a statement is answered page by page, every page asks who asks, and a user named beside the login has to be the same. Of SQL
 * it knows what the connector asks.
 */
export interface FakeTrino extends JsonServer {
  readonly requests: FakeRequest[];
}

export interface FakeTrinoUser {
  readonly name: string;
  readonly password: string;
  /** Tables that it may read, as `schema.name`. */
  readonly reads: readonly string[];
}

interface Options {
  readonly dialect: 'Trino' | 'Presto';
  readonly users: readonly FakeTrinoUser[];
  /** The one catalog and its tables, as `schema.name`. */
  readonly catalog: string;
  readonly tables: readonly string[];
  readonly tls?: boolean;
  /** What the next pages' addresses begin with, in place of the server's own. */
  readonly elsewhere?: string;
}

interface Result {
  readonly columns?: readonly string[];
  readonly data?: readonly (readonly unknown[])[];
  readonly error?: { readonly errorName: string; readonly errorType: string; readonly message: string };
}

export async function startFakeTrino({ dialect, users, catalog, tables, tls = false, elsewhere }: Options): Promise<FakeTrino> {
  const requests: FakeRequest[] = [];
  // By whatever name it was called.
  const at = ({ headers }: FakeRequest, path: string) => `${elsewhere ?? `http${tls ? 's' : ''}://${headers.host}`}${path}`;
  const waiting = new Map<string, Result>();
  let made = 0;
  const header = (request: FakeRequest, name: string) => request.headers[`x-${dialect.toLowerCase()}-${name}`];

  function userOf(request: FakeRequest): FakeTrinoUser | undefined {
    const [name, ...rest] = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString('latin1')
      .split(':');
    return users.find((user) => user.name === name && user.password === rest.join(':'));
  }

  function answer(request: FakeRequest): FakeReply {
    requests.push(request);
    const user = userOf(request);
    if (user === undefined) return { status: 401, body: 'Unauthorized' };
    const { pathname } = request.url;
    if (request.method === 'POST' && pathname === '/v1/statement') {
      if (header(request, 'user') === undefined) return { status: 400, body: 'User must be set' };
      if (user.name.endsWith('/norole')) return { status: 500, body: 'io.trino.spi.TrinoException: Cannot set role norole\n\tat io.trino' };
      made += 1;
      waiting.set(`/v1/statement/executing/${made}/1`, run(request, user));
      return page(request, made, { nextUri: at(request, `/v1/statement/queued/${made}/1`), stats: { state: 'QUEUED' } });
    }
    const queued = /^\/v1\/statement\/queued\/(\d+)\/1$/.exec(pathname);
    if (request.method === 'GET' && queued !== null)
      return page(request, queued[1], { nextUri: at(request, `/v1/statement/executing/${queued[1]}/1`), stats: { state: 'RUNNING' } });
    const result = waiting.get(pathname);
    if (request.method !== 'GET' || result === undefined) return { status: 404, body: 'Query not found' };
    const { columns, data, error } = result;
    return page(request, pathname.split('/')[4], {
      columns: columns?.map((name) => ({ name, type: 'varchar', typeSignature: { rawType: 'varchar', arguments: [] } })),
      data,
      error,
      stats: { state: error === undefined ? 'FINISHED' : 'FAILED' },
    });
  }

  /** What every page has beside its own. */
  function page(request: FakeRequest, query: number | string | undefined, own: object): FakeReply {
    return { status: 200, body: { id: `q${query}`, infoUri: at(request, `/ui/query.html?q${query}`), warnings: [], ...own } };
  }

  function run(request: FakeRequest, user: FakeTrinoUser): Result {
    const sql = request.body;
    if (header(request, 'user') !== user.name) return failed('PERMISSION_DENIED', `${user.name} cannot impersonate`);
    if (sql === 'SELECT 1') return { columns: ['_col0'], data: [[1]] };
    if (sql.startsWith('SELECT current_user'))
      return dialect === 'Presto' && sql.includes('version()')
        ? failed('FUNCTION_NOT_FOUND', 'version')
        : { columns: ['user', 'catalog'], data: [[user.name, header(request, 'catalog') ?? null]] };
    const schemas = /^SHOW SCHEMAS FROM "(.*)"$/.exec(sql);
    if (schemas !== null)
      return schemas[1] === catalog
        ? { columns: ['Schema'], data: schemasOf(user) }
        : failed('CATALOG_NOT_FOUND', `Catalog '${schemas[1]}' not found`);
    if (sql.startsWith(`SELECT table_schema, table_name FROM "${catalog}".information_schema.tables`))
      return { columns: ['table_schema', 'table_name'], data: tables.map((table) => table.split('.')) };
    const explained = /^EXPLAIN \(TYPE VALIDATE\) SELECT \* FROM "(.*)"\."(.*)"\."(.*)"$/.exec(sql);
    if (explained === null) return failed('SYNTAX_ERROR', 'line 1:1');
    return user.reads.includes(`${explained[2]}.${explained[3]}`)
      ? { columns: ['Valid'], data: [[true]] }
      : failed('PERMISSION_DENIED', 'Access Denied: Cannot select from columns');
  }

  const server = await startJsonServer(answer, { tls });
  return { ...server, requests };
}

/** Those that hold something to read; a catalog without any is shown as an empty one. */
function schemasOf({ reads }: FakeTrinoUser): readonly (readonly string[])[] {
  return [...new Set(reads.map((table) => table.split('.')[0] ?? ''))].map((schema) => [schema]);
}

function failed(errorName: string, message: string): Result {
  return { error: { errorName, errorType: 'USER_ERROR', message } };
}
