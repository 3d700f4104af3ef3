import { randomBytes } from 'node:crypto';
import type { Database as Handle } from 'better-sqlite3';
import { openDatabase } from '../../../src/store/sqlite/sqlite-driver.ts';
import { type FakeReply, type FakeRequest, type JsonServer, startJsonServer } from './json-server.ts';

/**
 * A FAKE of a Databricks workspace, and of Entra's token endpoint, made from their documentation: OAuth 2 client credentials, SCIM
 * `Me`, SQL warehouses, and the statement execution API. It checks every secret and token. Statements on the information schema
 * are really run, by SQLite, on the rows that the caller may see; other tables are checked for SELECT and hold no rows.
 */
export interface FakeDatabricks extends JsonServer {
  readonly warehouse: { state: 'RUNNING' | 'STOPPED'; hasUnityCatalog: boolean; isBusyWithTables: boolean };
  /** An administrator's GRANT statement. */
  run(statement: string): void;
}

export interface FakePrincipal {
  /** Application id, or e-mail address. */
  readonly name: string;
  /** Its personal access token. */
  readonly token?: string;
  /** Its OAuth secret; with `tenant`, one of Entra's. */
  readonly secret?: string;
  readonly tenant?: string;
  readonly groups?: readonly string[];
  /** May use the warehouse. */
  readonly mayUse?: boolean;
  /** Sees everybody's grants and may look principals up. */
  readonly isOwner?: boolean;
}

interface Grant {
  readonly grantee: string;
  readonly object: string;
  readonly path: readonly string[];
  readonly privilege: string;
}

export const WAREHOUSE = '1a2b3c4d5e6f7890';
const AZURE_DATABRICKS = '2ff814a6-3304-4ab8-85cb-cd0e6f879c1d';

export async function startFakeDatabricks(
  principals: readonly FakePrincipal[],
  tables: readonly (readonly [string, string, string])[],
): Promise<FakeDatabricks> {
  const grants: Grant[] = [];
  const issued = new Map<string, FakePrincipal>();
  const warehouse: FakeDatabricks['warehouse'] = { state: 'RUNNING', hasUnityCatalog: true, isBusyWithTables: false };

  const granteesOf = ({ name, groups = [] }: FakePrincipal) => [name, ...groups, 'account users'];
  const issue = (principal: FakePrincipal | undefined): FakeReply => {
    if (principal === undefined)
      return { status: 401, body: { error: 'invalid_client', error_description: 'Client authentication failed' } };
    const token = randomBytes(24).toString('base64url');
    issued.set(token, principal);
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: 3600 } };
  };

  function answer(request: FakeRequest): FakeReply {
    const { pathname } = request.url;
    const tenant = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(pathname)?.[1];
    if (pathname === '/.well-known/databricks-config')
      return { status: 200, body: { oidc_endpoint: `${server.url}/oidc`, workspace_id: '1', cloud: 'AWS' } };
    if (pathname === '/oidc/.well-known/oauth-authorization-server') {
      const [authorize, token] = ['authorize', 'token'].map((end) => `${server.url}/oidc/v1/${end}`);
      return { status: 200, body: { issuer: `${server.url}/oidc`, authorization_endpoint: authorize, token_endpoint: token } };
    }
    if (pathname === '/oidc/v1/token' || tenant !== undefined) return tokenFor(request, tenant);
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const caller = issued.get(given) ?? principals.find(({ token }) => token === given);
    // The real one does not quote the token; this one does, so that an echo of it would be seen.
    if (caller === undefined) return { status: 403, body: { error_code: '403', message: `Invalid access token. ${given}` } };
    if (pathname === '/api/2.0/preview/scim/v2/Me') return { status: 200, body: scim(caller) };
    if (pathname === '/api/2.0/preview/scim/v2/ServicePrincipals') return lookUp(caller, request.url.searchParams.get('filter') ?? '');
    if (pathname.startsWith('/api/2.0/sql/warehouses/')) return describeWarehouse(caller, pathname.slice(24));
    if (pathname === '/api/2.0/sql/statements/' && request.method === 'POST') return execute(caller, JSON.parse(request.body) as Statement);
    return { status: 404, body: { error_code: 'ENDPOINT_NOT_FOUND', message: 'No API found' } };
  }

  function tokenFor({ headers, body }: FakeRequest, tenant: string | undefined): FakeReply {
    const form = new URLSearchParams(body);
    const [id, secret] =
      tenant === undefined
        ? Buffer.from((headers.authorization ?? '').replace('Basic ', ''), 'base64')
            .toString('utf8')
            .split(':')
        : [form.get('client_id'), form.get('client_secret')];
    const scope = tenant === undefined ? 'all-apis' : `${AZURE_DATABRICKS}/.default`;
    if (form.get('grant_type') !== 'client_credentials' || form.get('scope') !== scope)
      return { status: 400, body: { error: 'invalid_request' } };
    return issue(principals.find((one) => one.name === id && one.secret !== undefined && one.secret === secret && one.tenant === tenant));
  }

  function lookUp(caller: FakePrincipal, filter: string): FakeReply {
    if (caller.isOwner !== true) return { status: 403, body: { error_code: 'PERMISSION_DENIED', message: 'Only admins' } };
    const id = /^applicationId eq "([^"]+)"$/.exec(filter)?.[1];
    return { status: 200, body: { Resources: principals.filter(({ name }) => name === id).map(scim) } };
  }

  function describeWarehouse(caller: FakePrincipal, id: string): FakeReply {
    if (id !== WAREHOUSE) return { status: 404, body: { error_code: 'RESOURCE_DOES_NOT_EXIST', message: 'SQL warehouse not found' } };
    if (caller.mayUse === false) return { status: 403, body: { error_code: 'PERMISSION_DENIED', message: 'No access to warehouse' } };
    return { status: 200, body: { id, name: 'jobs', state: warehouse.state } };
  }

  function execute(
    caller: FakePrincipal,
    { warehouse_id, statement, parameters = [], wait_timeout, on_wait_timeout }: Statement,
  ): FakeReply {
    const found = describeWarehouse(caller, warehouse_id);
    if (found.status !== 200) return found;
    if (!/^([5-9]|[1-4]\d|50)s$/.test(wait_timeout))
      return { status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE', message: 'wait_timeout' } };
    // A stopped warehouse starts for longer than anybody waits, and a busy one may have time for less than it is asked; the answer is the one at the end of the wait.
    const table = /^SELECT \* FROM (`.+`) LIMIT 0$/.exec(statement)?.[1];
    if (warehouse.state !== 'RUNNING' || (warehouse.isBusyWithTables && table !== undefined))
      return { status: 200, body: { status: { state: on_wait_timeout === 'CANCEL' ? 'CANCELED' : 'PENDING' } } };
    if (table !== undefined)
      return maySelect(caller, identifiers(table)) ? succeeded([], []) : failed('[INSUFFICIENT_PERMISSIONS] User does not have SELECT');
    if (!warehouse.hasUnityCatalog && statement.includes('information_schema'))
      return failed('[TABLE_OR_VIEW_NOT_FOUND] The table or view `system`.`information_schema`.`tables` cannot be found.');
    const rows = query(statement, parameters, caller);
    return rows === null ? failed('[PARSE_SYNTAX_ERROR]') : succeeded(rows.columns, rows.values);
  }

  const applies = (grant: Grant, path: readonly string[], privileges: readonly string[]) =>
    privileges.includes(grant.privilege) && grant.path.every((part, index) => part === path[index]);
  const maySelect = (caller: FakePrincipal, path: readonly string[]) =>
    grants.some((grant) => granteesOf(caller).includes(grant.grantee) && applies(grant, path, ['SELECT', 'ALL PRIVILEGES']));

  /** Runs a statement on the relations of the information schema that the statements of a connector name. */
  function query(statement: string, parameters: readonly Parameter[], caller: FakePrincipal) {
    const db = openDatabase(':memory:');
    try {
      const own = granteesOf(caller);
      const seen = tables.filter((path) =>
        grants.some(({ grantee, path: above }) => own.includes(grantee) && above.every((part, index) => part === path[index])),
      );
      fill(db, 'tables', ['table_catalog', 'table_schema', 'table_name'], seen);
      for (const [object, relation, names] of RELATIONS) {
        const rows = grants
          .filter(({ grantee }) => caller.isOwner === true || own.includes(grantee))
          .flatMap((grant) => listed(grant, object));
        fill(db, relation, ['grantee', 'privilege_type', 'inherited_from', ...names], rows);
      }
      const prepared = db.prepare(statement.replaceAll('system.information_schema.', 'information_schema_')).raw();
      const values = prepared.all(Object.fromEntries(parameters.map(({ name, value }) => [name, value]))) as unknown[][];
      return {
        columns: prepared.columns().map(({ name }) => name),
        values: values.map((row) => row.map((value) => (value === null ? null : String(value)))),
      };
    } catch {
      return null;
    } finally {
      db.close();
    }
  }

  /** A grant where it was made, and on every table below as one that is inherited. */
  function listed(grant: Grant, object: string): string[][] {
    const row = (path: readonly string[], from: string) => [grant.grantee, grant.privilege.replaceAll(' ', '_'), from, ...path];
    if (grant.object === object) return [row(grant.path, 'NONE')];
    if (object !== 'TABLE' || grant.path.length > 2) return [];
    return tables.filter((path) => grant.path.every((part, index) => part === path[index])).map((path) => row(path, grant.object));
  }

  const server = await startJsonServer(answer);
  return {
    ...server,
    warehouse,
    run(statement) {
      const [, privileges = '', object = '', name = '', grantee = ''] = /^GRANT (.+) ON (\w+) (.+) TO (`.+`);$/.exec(statement) ?? [];
      if (object === '') throw new Error(`not a GRANT statement: ${statement}`);
      for (const privilege of privileges.split(', '))
        grants.push({ grantee: identifiers(grantee)[0] ?? '', object, path: identifiers(name), privilege });
    },
  };
}

const RELATIONS = [
  ['CATALOG', 'catalog_privileges', ['catalog_name']],
  ['SCHEMA', 'schema_privileges', ['catalog_name', 'schema_name']],
  ['TABLE', 'table_privileges', ['table_catalog', 'table_schema', 'table_name']],
  ['VOLUME', 'volume_privileges', ['volume_catalog', 'volume_schema', 'volume_name']],
  ['FUNCTION', 'routine_privileges', ['routine_catalog', 'routine_schema', 'routine_name']],
] as const;

interface Parameter {
  readonly name: string;
  readonly value: string;
}

interface Statement {
  readonly warehouse_id: string;
  readonly statement: string;
  readonly parameters?: readonly Parameter[];
  readonly wait_timeout: string;
  readonly on_wait_timeout: string;
}

function scim({ name, groups = [] }: FakePrincipal): object {
  return {
    userName: name,
    ...(name.includes('@') ? {} : { applicationId: name }),
    active: true,
    groups: groups.map((display) => ({ display })),
  };
}

function fill(db: Handle, relation: string, columns: readonly string[], rows: readonly (readonly string[])[]): void {
  db.exec(`CREATE TABLE information_schema_${relation} (${columns.join(', ')})`);
  const insert = db.prepare(`INSERT INTO information_schema_${relation} VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...row);
}

function identifiers(text: string): readonly string[] {
  return [...text.matchAll(/`((?:[^`]|``)*)`/g)].map(([, inner = '']) => inner.replaceAll('``', '`'));
}

function succeeded(columns: readonly string[], values: readonly (readonly (string | null)[])[]): FakeReply {
  return {
    status: 200,
    body: {
      status: { state: 'SUCCEEDED' },
      manifest: { schema: { columns: columns.map((name) => ({ name })) } },
      result: { data_array: values },
    },
  };
}

function failed(message: string): FakeReply {
  return { status: 200, body: { status: { state: 'FAILED', error: { error_code: 'BAD_REQUEST', message } } } };
}
