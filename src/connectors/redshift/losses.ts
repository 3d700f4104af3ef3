import { bothLogins, findLossesAround, type PostgresCatalogue } from '../families/postgres-catalogue.ts';
import { describeLostObjects, NAMED } from '../families/postgres-losses.ts';
import type { Loss } from '../kits/parity.ts';
import type { SqlRow, SqlSession } from '../kits/sql/sql-session.ts';

export const CATALOGUE: PostgresCatalogue = {
  logins: 'pg_catalog.pg_user',
  name: 'usename',
  superuser: 'usesuper',
  attributes: { CREATEUSER: 'usesuper', CREATEDB: 'usecreatedb' },
  databasePrivileges: ['CREATE', 'TEMPORARY'],
  relations: "'r', 'v'",
  userSchemas: "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'catalog_history')",
};

const ON_TABLE = ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'REFERENCES'];
const COLUMNS = ON_TABLE.flatMap((privilege, index) =>
  ['b', 'a'].map((user) => `has_table_privilege(${user}.usename, c.oid, '${privilege}') AS ${user}${index}`),
);
const LOGINS = bothLogins(CATALOGUE);
/** One row a table, which says for each privilege whether the one has it (`b0`, `b1`, ...) and whether the other has (`a0`, ...). */
const TABLES = `
  SELECT n.nspname AS "schema", quote_ident(c.relname) AS "table", ${COLUMNS.join(', ')}
    FROM ${LOGINS.from}, pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE ${LOGINS.where} AND c.relkind IN (${CATALOGUE.relations}) AND ${CATALOGUE.userSchemas} ORDER BY n.nspname, c.relname LIMIT 5000`;

/** What the user in use may do that the new one may not. Reads the catalogue only; every user may. */
export async function findLosses(session: SqlSession, before: string): Promise<readonly Loss[]> {
  // With IAM, the user of the session is not the name that was logged in with.
  const [who] = await session.query('SELECT current_user AS name');
  const after = String(who?.name);
  const around = await findLossesAround(session, CATALOGUE, before, after);
  const tables = await session.query(TABLES, [before, after]);
  const schemas = [...new Set(tables.map(({ schema }) => schema))].map((name) => tables.filter(({ schema }) => schema === name));
  return [...around, ...schemas.flatMap((schema) => lostTables(schema, after))];
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
