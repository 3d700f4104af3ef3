import { openDatabase } from '../../../src/store/sqlite/sqlite-driver.ts';

/** Counts the statements that read while `work` runs, on every SQLite connection of this process. */
export async function countReads(work: () => Promise<unknown>): Promise<number> {
  return (await rowsRead(work)).length;
}

/** How many rows each statement that reads gave while `work` ran, on every SQLite connection of this process. */
export async function rowsRead(work: () => Promise<unknown>): Promise<readonly number[]> {
  const handle = openDatabase(':memory:');
  const statements = Object.getPrototypeOf(handle.prepare('select 1')) as Record<'all' | 'get', (...values: unknown[]) => unknown>;
  handle.close();
  const { all, get } = statements;
  const rows: number[] = [];
  const counting = (read: typeof all) =>
    function counted(this: unknown, ...values: unknown[]) {
      const found = read.apply(this, values);
      rows.push(Array.isArray(found) ? found.length : 1);
      return found;
    };
  statements.all = counting(all);
  statements.get = counting(get);
  try {
    await work();
    return rows;
  } finally {
    Object.assign(statements, { all, get });
  }
}
