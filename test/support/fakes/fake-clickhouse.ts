import { type FakeReply, type FakeRequest, type JsonServer, startJsonServer } from './json-server.ts';

/**
 * A FAKE of ClickHouse's HTTP interface, made from https://clickhouse.com/docs/interfaces/http and from what an engine of version 26
 * answered: errors are texts that begin with their code, and a login is asked for with every statement. Of SQL it knows what the connector
 * asks, and GRANT.
 */
export interface FakeClickhouse extends JsonServer {
  /** An administrator's GRANT statement. */
  run(statement: string): void;
  readonly requests: FakeRequest[];
}

export interface FakeClickhouseUser {
  readonly name: string;
  readonly password: string;
  /** What was granted, as SHOW GRANTS prints it without the grantee. */
  readonly grants: readonly string[];
}

interface Options {
  readonly users: readonly FakeClickhouseUser[];
  readonly tables: readonly (readonly [database: string, name: string])[];
  readonly tls?: boolean;
}

export async function startFakeClickhouse({ users, tables, tls = false }: Options): Promise<FakeClickhouse> {
  const requests: FakeRequest[] = [];
  const granted = new Map(users.map(({ name, grants }) => [name, [...grants]]));
  const databases = new Set(['default', ...tables.map(([database]) => database)]);

  function answer(request: FakeRequest): FakeReply {
    requests.push(request);
    if (request.method !== 'POST' || request.url.pathname !== '/') return { status: 404, body: 'There is no handle /' };
    const [name, ...password] = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64')
      .toString('utf8')
      .split(':');
    const user = users.find((one) => one.name === name && one.password === password.join(':'));
    if (user === undefined)
      return failed(403, 516, `${name}: Authentication failed: password is incorrect, or there is no user with such name.`);
    const database = request.url.searchParams.get('database') ?? 'default';
    if (!databases.has(database)) return failed(404, 81, `Database ${database} does not exist.`);
    // The statement's own word comes before the parameter's.
    const [, sql = '', named] = /^(.*?)\s*(?:\bFORMAT (\w+))?$/s.exec(request.body) ?? [];
    if ((named ?? request.url.searchParams.get('default_format')) !== 'JSON') return failed(400, 36, 'Only JSON is known here.');
    return run(sql, user, database);
  }

  function run(sql: string, { name }: FakeClickhouseUser, database: string): FakeReply {
    const grants = granted.get(name) ?? [];
    if (sql === 'SELECT 1') return rows([{ 1: 1 }]);
    if (sql.startsWith('SELECT currentUser()')) return rows([{ user: name, roles: [], database, serverVersion: '26.9.1' }]);
    if (sql === 'SHOW GRANTS FINAL') return rows(grants.map((grant) => ({ [`GRANTS FOR ${name}`]: withGrantee(grant, name) })));
    if (sql.startsWith('SELECT database AS schema, name FROM system.tables'))
      return rows(tables.map(([schema, table]) => ({ schema, name: table })));
    const checked = /^CHECK GRANT (\w+) ON (.+)\.(.+)$/.exec(sql);
    if (checked === null) return failed(400, 62, 'Syntax error');
    const [, privilege = '', on = '', table = ''] = checked.map((part) => part.replaceAll('`', ''));
    const covers = [
      `GRANT ${privilege} ON ${on}.${table}`,
      `GRANT ${privilege} ON ${on}.*`,
      `GRANT ${privilege} ON *.*`,
      'GRANT ALL ON *.*',
    ];
    return rows([
      { result: grants.some((grant) => covers.includes(grant.replaceAll('`', '').replace(/ WITH GRANT OPTION$/, ''))) ? 1 : 0 },
    ]);
  }

  const server = await startJsonServer(answer, { tls });
  return {
    ...server,
    requests,
    run(statement) {
      const [, grant = '', name = '', option = ''] = /^(GRANT .+) TO `(.+)`( WITH GRANT OPTION)?;$/.exec(statement) ?? [];
      const held = granted.get(name);
      if (held === undefined) throw new Error(`not a grant to a user: ${statement}`);
      held.push(grant + option);
    },
  };
}

function withGrantee(grant: string, name: string): string {
  const [, what = '', option = ''] = /^(.*?)( WITH GRANT OPTION)?$/.exec(grant) ?? [];
  return `${what} TO ${name}${option}`;
}

function rows(data: readonly object[]): FakeReply {
  return { status: 200, body: { meta: [], data, rows: data.length } };
}

/** What newer servers call the codes, behind their texts. */
const NAMES = { 36: 'BAD_ARGUMENTS', 62: 'SYNTAX_ERROR', 81: 'UNKNOWN_DATABASE', 516: 'AUTHENTICATION_FAILED' } as const;

function failed(status: number, code: keyof typeof NAMES, text: string): FakeReply {
  return { status, body: `Code: ${code}. DB::Exception: ${text} (${NAMES[code]}) (version 26.9.1)\n` };
}
