import { describeLost, describeLostObjects, NAMED } from '../families/postgres-losses.ts';
import { type Loss, notComparable } from '../kits/parity.ts';
import type { SqlRow, SqlSession } from '../kits/sql/sql-session.ts';

/** Schemas that are the users' own. */
export const USER_SCHEMAS = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'catalog_history')";

/** Both users as rows, so that the functions take their names as the catalogue has them. */
const USERS = 'pg_catalog.pg_user b, pg_catalog.pg_user a';
const THESE = 'b.usename = $1 AND a.usename = $2 AND NOT a.usesuper';
const lost = (has: (user: string) => string) => `${THESE} AND ${has('b')} AND NOT ${has('a')}`;

/** What is of the user, of the database and of schemas, by what AWS documents of its has_*_privilege functions. They count groups, and PUBLIC. */
const AROUND = [
  `SELECT 0 AS level, 'attribute' AS "on", 'CREATEUSER' AS privilege, '' AS name FROM ${USERS} WHERE ${lost((user) => `${user}.usesuper`)}`,
  `SELECT 0, 'attribute', 'CREATEDB', '' FROM ${USERS} WHERE ${lost((user) => `${user}.usecreatedb`)}`,
  ...['CREATE', 'TEMPORARY'].map(
    (privilege) =>
      `SELECT 1, 'database', '${privilege}', current_database() FROM ${USERS}
        WHERE ${lost((user) => `has_database_privilege(${user}.usename, current_database(), '${privilege}')`)}`,
  ),
  ...['USAGE', 'CREATE'].map(
    (privilege) =>
      `SELECT 2, 'schema', '${privilege}', n.nspname FROM ${USERS}, pg_catalog.pg_namespace n
        WHERE ${USER_SCHEMAS} AND ${lost((user) => `has_schema_privilege(${user}.usename, n.nspname, '${privilege}')`)}`,
  ),
].join('\nUNION ALL\n');

const ON_TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'];
const COLUMNS = ON_TABLE.flatMap((privilege, index) =>
  ['b', 'a'].map((user) => `has_table_privilege(${user}.usename, c.oid, '${privilege}') AS ${user}${index}`),
);
/** One row a table, which says for each privilege whether the one has it (`b0`, `b1`, ...) and whether the other has (`a0`, ...). */
const TABLES = `
  SELECT n.nspname AS "schema", quote_ident(c.relname) AS "table", ${COLUMNS.join(', ')}
    FROM ${USERS}, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE ${THESE} AND c.relkind IN ('r', 'v') AND ${USER_SCHEMAS} ORDER BY n.nspname, c.relname LIMIT 5000`;

/** What the user in use may do that the new one may not. Reads the catalogue only; every user may. */
export async function findLosses(session: SqlSession, before: string): Promise<readonly Loss[]> {
  // With IAM, the user of the session is not the name that was logged in with.
  const [row] = await session.query('SELECT current_user AS name, count(*) AS present FROM pg_catalog.pg_user WHERE usename = $1', [
    before,
  ]);
  if (Number(row?.present) === 0)
    throw notComparable('the user in use is not in this cluster', 'The user in use does not exist in this cluster');
  const after = String(row?.name);
  const around = await session.query(`${AROUND} ORDER BY 1, 4, 3 LIMIT 1000`, [before, after]);
  const tables = await session.query(TABLES, [before, after]);
  const schemas = [...new Set(tables.map(({ schema }) => schema))].map((name) => tables.filter(({ schema }) => schema === name));
  return [...around.map((lostRow) => describeLost(lostRow, after)), ...schemas.flatMap((schema) => lostTables(schema, after))];
}

function lostTables(tables: readonly SqlRow[], after: string): readonly Loss[] {
  return ON_TABLE.flatMap((privilege, index) => {
    const had = tables.filter((table) => table[`b${index}`] === true);
    const gone = had.filter((table) => table[`a${index}`] !== true);
    const counts = { had: had.length, lost: gone.length, total: tables.length };
    const objects = gone.slice(0, NAMED).map(({ table }) => table);
    return describeLostObjects({ schema: tables[0]?.schema, privilege, objects, ...counts }, 'TABLE', after);
  });
}
