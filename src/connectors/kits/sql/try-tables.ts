import type { SeenTable } from './readable-schemas.ts';
import { ServerError } from './server-problem.ts';
import type { SqlRow } from './sql-session.ts';

export type TableName = Pick<SeenTable, 'schema' | 'name'>;

/** Says of each table, from rows of `schema` and `name`, whether the login may read it; so many are looked at at a time. */
export async function tryTables(
  rows: readonly SqlRow[],
  mayRead: (table: TableName) => boolean | Promise<boolean>,
  atOnce = 1,
): Promise<readonly SeenTable[]> {
  const named = rows.map((row) => ({ schema: String(row.schema), name: String(row.name) }));
  const tables: SeenTable[] = [];
  for (let at = 0; at < named.length; at += atOnce) {
    const batch = named.slice(at, at + atOnce);
    tables.push(...(await Promise.all(batch.map(async (table) => ({ ...table, readable: await mayRead(table) })))));
  }
  return tables;
}

/** False where the server refuses a statement that reads no rows: a table that fails for another reason than a permission counts as not readable, and not as lost. */
export async function isAllowed(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (error instanceof ServerError) return false;
    throw error;
  }
}
