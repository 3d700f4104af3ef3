import { doubleQuoted, type SqlSession } from '../../kits/sql/sql-session.ts';
import { isAllowed, type TableName, tryTables } from '../../kits/sql/try-tables.ts';

/** Tables that are looked at one by one, and how many at a time: each takes some requests. */
export const MOST_TABLES = 40;
const AT_ONCE = 8;

/** The tables of a catalog that the login sees, and whether it may read each: grants are not to be seen under most kinds of access control, so each is asked of the planner. */
export async function readTables(session: SqlSession, catalog: string) {
  const rows = await session.query(
    `SELECT table_schema, table_name FROM ${doubleQuoted(catalog)}.information_schema.tables WHERE table_schema <> 'information_schema' ORDER BY 1, 2 LIMIT ${MOST_TABLES + 1}`,
  );
  const named = rows.map((row) => ({ schema: row.table_schema, name: row.table_name }));
  return await tryTables(named, (table) => mayRead(session, catalog, table), AT_ONCE);
}

/** Plans a statement and executes nothing. */
export async function mayRead(session: SqlSession, catalog: string, table: TableName): Promise<boolean> {
  return await isAllowed(() => session.query(`EXPLAIN (TYPE VALIDATE) SELECT * FROM ${tableName(catalog, table)}`));
}

export function tableName(catalog: string, { schema, name }: TableName): string {
  return [catalog, schema, name].map(doubleQuoted).join('.');
}
