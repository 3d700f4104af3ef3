import { ServerError } from '../../kits/sql/server-problem.ts';
import { doubleQuoted, type SqlSession } from '../../kits/sql/sql-session.ts';

export interface TrinoTable {
  readonly schema: string;
  readonly name: string;
  readonly readable: boolean;
}

/** Tables that are looked at one by one, and how many at a time: each takes some requests. */
export const MOST_TABLES = 40;
const AT_ONCE = 8;

/** The tables of a catalog that the login sees, and whether it may read each: grants are not to be seen under most kinds of access control, so each is asked of the planner. */
export async function readTables(session: SqlSession, catalog: string): Promise<readonly TrinoTable[]> {
  const rows = await session.query(
    `SELECT table_schema, table_name FROM ${doubleQuoted(catalog)}.information_schema.tables WHERE table_schema <> 'information_schema' ORDER BY 1, 2 LIMIT ${MOST_TABLES + 1}`,
  );
  const named = rows.map((row) => ({ schema: String(row.table_schema), name: String(row.table_name) }));
  const tables: TrinoTable[] = [];
  for (let at = 0; at < named.length; at += AT_ONCE) {
    const batch = named.slice(at, at + AT_ONCE);
    tables.push(...(await Promise.all(batch.map(async (table) => ({ ...table, readable: await mayRead(session, catalog, table) })))));
  }
  return tables;
}

/**
 * Plans a statement and executes nothing. A table that fails for another reason than a permission counts as not readable, and not as lost.
 */
export async function mayRead(session: SqlSession, catalog: string, table: Pick<TrinoTable, 'schema' | 'name'>): Promise<boolean> {
  try {
    await session.query(`EXPLAIN (TYPE VALIDATE) SELECT * FROM ${tableName(catalog, table)}`);
    return true;
  } catch (error) {
    if (error instanceof ServerError) return false;
    throw error;
  }
}

export function tableName(catalog: string, { schema, name }: Pick<TrinoTable, 'schema' | 'name'>): string {
  return [catalog, schema, name].map(doubleQuoted).join('.');
}
