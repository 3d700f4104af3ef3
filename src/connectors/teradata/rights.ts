import { grantLoss, type LoginInUse, type Loss, lossesOf, rightsLost } from '../kits/parity.ts';
import { readsNothing } from '../kits/sql/readable-schemas.ts';
import { doubleQuoted, type SqlSession } from '../kits/sql/sql-session.ts';
import type { Finding } from '../kits/usual-validators.ts';
import type { TeradataDetails } from './fields.ts';

/** A right on a table, or on all of a database. */
interface Right {
  readonly database: string;
  /** `All` for the database itself. */
  readonly table: string;
  /** As the catalogue abbreviates it. */
  readonly code: string;
  /** Empty where it was granted to the user himself. */
  readonly role: string;
}

const COLUMNS = 'TRIM(DatabaseName) AS "database", TRIM(TableName) AS "table", TRIM(AccessRight) AS "code"';
const RIGHTS = `SELECT ${COLUMNS}, CAST('' AS VARCHAR(128)) AS "role" FROM DBC.UserRightsV
UNION ALL SELECT ${COLUMNS}, CAST(TRIM(RoleName) AS VARCHAR(128)) AS "role" FROM DBC.UserRoleRightsV`;

/** https://docs.teradata.com (DBC.AccessRightsV): the rights that jobs need; those to change the system are left alone. */
const NAMES: Readonly<Record<string, string>> = {
  R: 'SELECT',
  I: 'INSERT',
  U: 'UPDATE',
  D: 'DELETE',
  E: 'EXECUTE',
  PE: 'EXECUTE PROCEDURE',
  EF: 'EXECUTE FUNCTION',
  CT: 'CREATE TABLE',
  DT: 'DROP TABLE',
  CV: 'CREATE VIEW',
  DV: 'DROP VIEW',
  SH: 'SHOW',
};

async function readRights(session: SqlSession): Promise<readonly Right[]> {
  const rows = await session.query(RIGHTS);
  const text = (value: unknown) => String(value ?? '').trim();
  return rows
    .map(({ database, table, code, role }) => ({ database: text(database), table: text(table), code: text(code), role: text(role) }))
    .filter(({ code }) => Object.hasOwn(NAMES, code));
}

/** Databases of which something may be read; the system's own, which everybody reads, do not count. */
export async function reportReadable(session: SqlSession, { user, database }: TeradataDetails): Promise<Finding> {
  const isMeant = (name: string) => database === undefined || name.toUpperCase() === database.toUpperCase();
  const readable = (await readRights(session)).filter((right) => right.code === 'R' && right.database !== 'DBC' && isMeant(right.database));
  const wanted = database === undefined ? '<database>' : doubleQuoted(database);
  if (readable.length === 0) return { errors: [readsNothing(`GRANT SELECT ON ${wanted} TO ${doubleQuoted(user)};`)] };
  return { data: { datasetsValidated: [...new Set(readable.map((right) => right.database))].toSorted() } };
}

/** A right on a database holds for its tables. What a role gives is mended by the role. */
export async function findLosses(
  session: SqlSession,
  inUse: LoginInUse<TeradataDetails, SqlSession>,
  { user }: TeradataDetails,
): Promise<readonly Loss[]> {
  const to = `TO ${doubleQuoted(user)};`;
  return lossesOf(rightsLost(await inUse.read(readRights), await readRights(session), keysOf), ({ database, table, code, role }) => {
    if (role !== '') return grantLoss(doubleQuoted(role), to, `the role ${doubleQuoted(role)}`);
    const on = table === 'All' ? doubleQuoted(database) : `${doubleQuoted(database)}.${doubleQuoted(table)}`;
    return grantLoss(`${NAMES[code]} ON ${on}`, to);
  });
}

function keysOf({ database, table, code }: Right): readonly string[] {
  return [table, 'All'].map((name) => JSON.stringify([database, name, code]));
}
