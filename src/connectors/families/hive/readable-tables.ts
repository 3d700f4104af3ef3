import { ServerError } from '../../kits/sql/server-problem.ts';
import { backquoted, type SqlSession } from '../../kits/sql/sql-session.ts';

export interface HiveTable {
  readonly schema: string;
  readonly name: string;
  readonly readable: boolean;
}

/** Tables that are asked for one by one. */
export const MOST_TABLES = 25;

/** The tables of the session's database, one more than are looked at, and whether the login may read each. */
export async function readTables(session: SqlSession): Promise<{ readonly schema: string; readonly tables: readonly HiveTable[] }> {
  const [current] = await session.query('SELECT current_database() AS database_name');
  const schema = String(current?.database_name);
  // Hive answers with one column; Spark with the schema before the name, and a flag behind it.
  const rows = await session.query(`SHOW TABLES IN ${backquoted(schema)}`);
  const names = rows.map((row) => String(row.tableName ?? row.tab_name ?? Object.values(row)[0]));
  const tables: HiveTable[] = [];
  for (const name of names.slice(0, MOST_TABLES + 1)) tables.push({ schema, name, readable: await mayRead(session, { schema, name }) });
  return { schema, tables };
}

/** Reads no rows. A table that fails for another reason than a permission counts as not readable, and not as lost. */
export async function mayRead(session: SqlSession, { schema, name }: Pick<HiveTable, 'schema' | 'name'>): Promise<boolean> {
  try {
    await session.query(`SELECT * FROM ${backquoted(schema, name)} LIMIT 0`);
    return true;
  } catch (error) {
    if (error instanceof ServerError) return false;
    throw error;
  }
}
