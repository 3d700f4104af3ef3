import { backquoted, type SqlSession } from '../../kits/sql/sql-session.ts';
import { isAllowed, type TableName, tryTables } from '../../kits/sql/try-tables.ts';

/** Tables that are asked for one by one. */
export const MOST_TABLES = 25;

/** The tables of the session's database, one more than are looked at, and whether the login may read each. */
export async function readTables(session: SqlSession) {
  const [current] = await session.query('SELECT current_database() AS database_name');
  const schema = String(current?.database_name);
  // Hive answers with one column; Spark with the schema before the name, and a flag behind it.
  const rows = await session.query(`SHOW TABLES IN ${backquoted(schema)}`);
  const named = rows.map((row) => ({ schema, name: row.tableName ?? row.tab_name ?? Object.values(row)[0] }));
  return { schema, tables: await tryTables(named.slice(0, MOST_TABLES + 1), (table) => mayRead(session, table)) };
}

export async function mayRead(session: SqlSession, { schema, name }: TableName): Promise<boolean> {
  return await isAllowed(() => session.query(`SELECT * FROM ${backquoted(schema, name)} LIMIT 0`));
}
