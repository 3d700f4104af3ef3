import BetterSqlite3 from 'better-sqlite3';

/** Counts the statements that read while `work` runs, on every SQLite connection of this process. */
export async function countReads(work: () => Promise<unknown>): Promise<number> {
  const handle = new BetterSqlite3(':memory:');
  const statements = Object.getPrototypeOf(handle.prepare('select 1')) as Record<'all' | 'get', (...values: unknown[]) => unknown>;
  handle.close();
  const { all, get } = statements;
  let count = 0;
  const counting = (read: typeof all) =>
    function counted(this: unknown, ...values: unknown[]) {
      count += 1;
      return read.apply(this, values);
    };
  statements.all = counting(all);
  statements.get = counting(get);
  try {
    await work();
    return count;
  } finally {
    Object.assign(statements, { all, get });
  }
}
