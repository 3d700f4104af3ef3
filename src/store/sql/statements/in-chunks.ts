/** Engines limit the parameters of one statement. The text has only a few sizes, so that each is parsed once. */
const MOST = 1024;

/**
 * Rows for any number of ids: in statements of at most 1,024, each list is filled up to a power of two by repeating its last id, which
 * returns no row twice. Ids that are given twice are looked up once.
 */
export async function inChunks<T>(ids: readonly string[], find: (ids: string[]) => Promise<readonly T[]>): Promise<readonly T[]> {
  const distinct = [...new Set(ids)];
  const rows: T[] = [];
  for (let start = 0; start < distinct.length; start += MOST) {
    const chunk = distinct.slice(start, start + MOST);
    const size = 2 ** Math.ceil(Math.log2(chunk.length));
    rows.push(...(await find([...chunk, ...Array.from({ length: size - chunk.length }, () => chunk.at(-1) ?? '')])));
  }
  return rows;
}
