import { doubleQuoted, type SqlSession } from '../kits/sql/sql-session.ts';
import { isAllowed, type TableName, tryTables } from '../kits/sql/try-tables.ts';
import type { DremioSession } from './dremio-session.ts';

/** Tables and views that are looked at one by one, and how many at a time: each is a job. */
export const MOST_TABLES = 24;
const AT_ONCE = 6;

const TABLES = `SELECT TABLE_SCHEMA AS "schema", TABLE_NAME AS "name" FROM INFORMATION_SCHEMA."TABLES"
  WHERE TABLE_TYPE <> 'SYSTEM_TABLE' ORDER BY 1, 2 LIMIT ${MOST_TABLES + 1}`;

/** What the user sees, one more than are looked at, and whether he may read it: only the Enterprise edition shows grants. */
export async function readTables(session: DremioSession) {
  return await tryTables(await session.query(TABLES), (table) => mayRead(session, table), AT_ONCE);
}

export async function mayRead({ run }: DremioSession, table: TableName): Promise<boolean> {
  return await isAllowed(() => run(`SELECT * FROM ${tableName(table)} LIMIT 0`));
}

/** A source with its folders is one name with dots, as the information schema gives it. */
export function tableName({ schema, name }: TableName): string {
  return `${doubleQuoted(schema)}.${doubleQuoted(name)}`;
}

export async function userOf({ query }: Pick<SqlSession, 'query'>): Promise<string> {
  const [row] = await query('SELECT USER AS "user"');
  return String(row?.user);
}
