import type { Table } from 'drizzle-orm';
import { unavailable } from '../../store-error.ts';
import type { Tables } from '../../tables/tables.ts';
import { areListed } from './authority.ts';
import { verified } from './read-signed.ts';
import type { SignedSource } from './signing.ts';

/** A row together with the MAC of the list that it has to be on, as of one moment. */
export interface Listed<T> {
  readonly row: T & { readonly mac: Buffer };
  readonly head: { readonly mac: Buffer } | null;
}

/** How often the rows are read again because their list has changed meanwhile. */
const MOST_READS = 5;

/** Rows that are what we wrote last. Throws INTEGRITY for one that is not. */
export async function readListed<T extends object>(
  source: SignedSource,
  tables: Tables,
  { table, entry }: { readonly table: Table; readonly entry: (row: T) => string },
  read: () => Promise<readonly Listed<T>[]>,
): Promise<readonly T[]> {
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const found = await read();
    const entries = found.map(({ row }) => ({ table, row, entry: entry(row), mac: row.mac }));
    const rows = verified<T>(
      source,
      table,
      found.map(({ row }) => row),
    );
    // Within a transaction the list may be its own, which is not written yet.
    if (source.signing.known !== null) return rows;
    if ((await areListed(source, tables, found[0]?.head?.mac ?? null, entries)) !== null) return rows;
  }
  throw unavailable();
}
