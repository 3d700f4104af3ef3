import { ServerError } from '../kits/sql/server-problem.ts';
import { doubleQuoted, type SqlSession } from '../kits/sql/sql-session.ts';
import type { DremioSession } from './dremio-session.ts';

export interface DremioTable {
  readonly schema: string;
  readonly name: string;
  readonly readable: boolean;
}

/** Tables and views that are looked at one by one, and how many at a time: each is a job. */
export const MOST_TABLES = 24;
const AT_ONCE = 6;

const TABLES = `SELECT TABLE_SCHEMA AS "schema", TABLE_NAME AS "name" FROM INFORMATION_SCHEMA."TABLES"
  WHERE TABLE_TYPE <> 'SYSTEM_TABLE' ORDER BY 1, 2 LIMIT ${MOST_TABLES + 1}`;

/** What the user sees, one more than are looked at, and whether he may read it: only the Enterprise edition shows grants. */
export async function readTables(session: DremioSession): Promise<readonly DremioTable[]> {
  const named = (await session.query(TABLES)).map((row) => ({ schema: String(row.schema), name: String(row.name) }));
  const tables: DremioTable[] = [];
  for (let at = 0; at < named.length; at += AT_ONCE) {
    const batch = named.slice(at, at + AT_ONCE);
    tables.push(...(await Promise.all(batch.map(async (table) => ({ ...table, readable: await mayRead(session, table) })))));
  }
  return tables;
}

/** Reads no rows. A table that fails for another reason than a permission counts as not readable, and not as lost. */
export async function mayRead({ run }: DremioSession, table: Pick<DremioTable, 'schema' | 'name'>): Promise<boolean> {
  try {
    await run(`SELECT * FROM ${tableName(table)} LIMIT 0`);
    return true;
  } catch (error) {
    if (error instanceof ServerError) return false;
    throw error;
  }
}

/** A source with its folders is one name with dots, as the information schema gives it. */
export function tableName({ schema, name }: Pick<DremioTable, 'schema' | 'name'>): string {
  return `${doubleQuoted(schema)}.${doubleQuoted(name)}`;
}

export async function userOf({ query }: Pick<SqlSession, 'query'>): Promise<string> {
  const [row] = await query('SELECT USER AS "user"');
  return String(row?.user);
}
