import { grantLoss, type LoginInUse, type Loss, lossesOf, rightsLost } from '../kits/parity.ts';
import { NotChecked } from '../kits/problems.ts';
import { readsNothing } from '../kits/sql/readable-schemas.ts';
import { ServerError } from '../kits/sql/server-problem.ts';
import { doubleQuoted, type SqlSession } from '../kits/sql/sql-session.ts';
import { partsOf, unquoted } from '../kits/sql/upper-case-names.ts';
import type { Finding } from '../kits/usual-validators.ts';
import type { Db2Session } from './db2-session.ts';
import type { Db2Details } from './fields.ts';

/** What a user may do by itself, by its roles and groups, or as everybody. `object` is quoted, as a statement has it. */
interface Right {
  readonly right: string;
  /** `ROLE` and `AUTHORITY` have no object. */
  readonly type: string;
  readonly object: string;
}

const quoted = (column: string) => `'"' || REPLACE(RTRIM(COALESCE(${column}, '')), '"', '""') || '"'`;

/** One text a row: neither a privilege nor a type holds a bar. */
const RIGHTS = `SELECT CAST(RTRIM(p.PRIVILEGE) || '|' || RTRIM(p.OBJECTTYPE) || '|' || CASE WHEN COALESCE(p.OBJECTSCHEMA, '') = '' THEN '' ELSE ${quoted('p.OBJECTSCHEMA')} || '.' END || ${quoted('p.OBJECTNAME')} AS VARCHAR(1000))
  FROM SYSIBMADM.PRIVILEGES p WHERE (p.AUTHIDTYPE = 'U' AND p.AUTHID = SESSION_USER) OR (p.AUTHIDTYPE = 'G' AND p.AUTHID = 'PUBLIC')
  OR (p.AUTHIDTYPE = 'G' AND p.AUTHID IN (SELECT g.GROUP FROM TABLE(SYSPROC.AUTH_LIST_GROUPS_FOR_AUTHID(SESSION_USER)) AS g))
  OR (p.AUTHIDTYPE = 'R' AND p.AUTHID IN (SELECT r.ROLENAME FROM TABLE(SYSPROC.AUTH_LIST_ROLES_FOR_AUTHID(SESSION_USER, 'U')) AS r))`;
const ROLES = `SELECT DISTINCT CAST(RTRIM(r.ROLENAME) || '|ROLE|' AS VARCHAR(200)) FROM TABLE(SYSPROC.AUTH_LIST_ROLES_FOR_AUTHID(SESSION_USER, 'U')) AS r`;
const AUTHORITIES = `SELECT CAST(RTRIM(a.AUTHORITY) || '|AUTHORITY|' AS VARCHAR(200)) FROM TABLE(SYSPROC.AUTH_LIST_AUTHORITIES_FOR_AUTHID(SESSION_USER, 'U')) AS a
  WHERE 'Y' IN (a.D_USER, a.D_GROUP, a.D_PUBLIC, a.ROLE_USER, a.ROLE_GROUP, a.ROLE_PUBLIC, a.D_ROLE)`;

const ALL = ['DBADM', 'DATAACCESS', 'SYSADM'];

/** Throws NotChecked where the database keeps its catalogue from the public. */
async function readRights(session: SqlSession): Promise<readonly Right[]> {
  try {
    const rows = [];
    for (const statement of [ROLES, AUTHORITIES, RIGHTS]) rows.push(...(await session.query(statement)));
    return rows.map(({ value }) => {
      const [right = '', type = '', ...object] = String(value).split('|');
      return { right, type, object: object.join('|') };
    });
  } catch (error) {
    if (!(error instanceof ServerError && error.serverCode === '-551')) throw error;
    throw new NotChecked(
      'SYSIBMADM.PRIVILEGES may not be read',
      'The database is restrictive: the login may not see what it may do.',
      'Grant it SELECT on SYSIBMADM.PRIVILEGES, or check by hand.',
    );
  }
}

export async function isAdministrator(session: SqlSession): Promise<boolean> {
  return (await readAuthorities(session)).some((authority) => authority === 'SYSADM' || authority === 'DBADM');
}

async function readAuthorities(session: SqlSession): Promise<readonly string[]> {
  return (await session.query(AUTHORITIES)).map(({ value }) => String(value).split('|')[0] ?? '');
}

/** Schemas of which something may be read; the system's own do not count. */
export async function reportReadableSchemas(session: SqlSession, user: string): Promise<Finding> {
  const rights = await readRights(session);
  const readable = rights.filter(
    ({ right, type, object }) =>
      ['SELECT', 'CONTROL'].includes(right) && ['TABLE', 'VIEW', 'NICKNAME'].includes(type) && !object.startsWith('"SYS'),
  );
  const readsAll = rights.some(({ right, type }) => type === 'AUTHORITY' && ALL.includes(right));
  if (readable.length === 0 && !readsAll)
    return { errors: [readsNothing(`GRANT SELECT ON TABLE <schema>.<table> TO USER ${doubleQuoted(user.toUpperCase())};`)] };
  const schemas = readable.map(({ object }) => unquoted(partsOf(object)[0] ?? ''));
  return { data: { datasetsValidated: [...new Set(schemas)].toSorted() } };
}

/** What a role gives is listed with the role. */
export async function findLosses(
  session: Db2Session,
  inUse: LoginInUse<Db2Details, Db2Session>,
  { user }: Db2Details,
): Promise<readonly Loss[]> {
  const to = `TO USER ${doubleQuoted(user.toUpperCase())};`;
  const lost = rightsLost(await inUse.read(readRights), await readRights(session), keysOf);
  return lossesOf(lost, ({ right, type, object }) => {
    if (type === 'ROLE') return grantLoss(`ROLE ${doubleQuoted(right)}`, to, `the role ${doubleQuoted(right)}`);
    if (type === 'AUTHORITY') return grantLoss(`${right} ON DATABASE`, to, `${right} on the database`);
    return grantLoss(`${right} ON ${TYPES[type] ?? type} ${object}`, to);
  });
}

/** How a statement names what the catalogue calls otherwise. */
const TYPES: Readonly<Record<string, string>> = { VIEW: 'TABLE', NICKNAME: 'TABLE', 'DB2 PACKAGE': 'PACKAGE' };

function keysOf({ right, type, object }: Right): readonly string[] {
  return [JSON.stringify([right, type, object])];
}
