import { grantLoss, type Loss, lossesOf, rightsLost } from '../../kits/parity.ts';
import { doubleQuoted, type SqlRow, type SqlSession } from '../../kits/sql/sql-session.ts';

/** A role, or a right on the database, a schema or an object, as the login itself sees it. Names of objects are quoted by the server. */
interface Right {
  readonly level: string;
  readonly object: string;
  readonly schema: string;
  readonly right: string;
}

const RIGHTS = `SELECT 'ROLE' AS [level], '' AS [object], '' AS [schema], r.name AS [right] FROM sys.database_principals r
  WHERE r.type = 'R' AND r.name <> 'public' AND IS_ROLEMEMBER(r.name) = 1
UNION ALL SELECT 'DATABASE', '', '', p.permission_name FROM sys.fn_my_permissions(NULL, 'DATABASE') p
UNION ALL SELECT 'SCHEMA', QUOTENAME(s.name), QUOTENAME(s.name), p.permission_name FROM sys.schemas s CROSS APPLY sys.fn_my_permissions(QUOTENAME(s.name), 'SCHEMA') p
UNION ALL SELECT 'OBJECT', QUOTENAME(s.name) + '.' + QUOTENAME(o.name), QUOTENAME(s.name), p.permission_name
  FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
  CROSS APPLY sys.fn_my_permissions(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT') p
  WHERE o.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF') AND o.is_ms_shipped = 0 AND p.subentity_name = ''`;

async function readRights(session: SqlSession): Promise<readonly Right[]> {
  return (await session.query(RIGHTS)).map((row: SqlRow) => ({
    level: String(row.level),
    object: String(row.object),
    schema: String(row.schema),
    right: String(row.right),
  }));
}

/** What a role or a wider right gives is listed with that, and not object by object. */
export async function findLosses(
  session: SqlSession,
  readInUse: <T>(use: (session: SqlSession) => Promise<T>) => Promise<T>,
  addMember: (role: string, user: string) => string,
): Promise<readonly Loss[]> {
  const lost = rightsLost(await readInUse(readRights), await readRights(session), keysOf);
  const [who] = await session.query('SELECT USER_NAME() AS [user]');
  const user = bracketed(String(who?.user));
  const to = `TO ${user};`;
  const wider = new Set(
    lost.filter(({ level }) => level === 'DATABASE' || level === 'SCHEMA').map(({ schema, right }) => `${schema} ${right}`),
  );
  const own = lost.filter(
    ({ level, schema, right }) =>
      !(level === 'SCHEMA' && wider.has(` ${right}`)) &&
      !(level === 'OBJECT' && (wider.has(` ${right}`) || wider.has(`${schema} ${right}`))),
  );
  return lossesOf(own, ({ level, object, right }) => {
    if (level === 'ROLE') return { what: `the role ${doubleQuoted(right)}`, mend: addMember(right, user) };
    if (level === 'DATABASE') return grantLoss(right, to, `${right} on the database`);
    const on = level === 'SCHEMA' ? `SCHEMA::${object}` : `OBJECT::${object}`;
    return grantLoss(`${right} ON ${on}`, to, `${right} on ${on}`);
  });
}

function keysOf({ level, object, right }: Right): readonly string[] {
  return [JSON.stringify([level, object, right])];
}

/** A name in brackets, as T-SQL takes it. */
export function bracketed(name: string): string {
  return `[${name.replaceAll(']', ']]')}]`;
}
