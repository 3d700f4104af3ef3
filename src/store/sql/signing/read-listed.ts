import type { Table } from 'drizzle-orm';
import type { Tables } from '../../tables/tables.ts';
import { areListed } from './authority.ts';
import { verified } from './read-signed.ts';
import { reread } from './reread.ts';
import type { SignedSource } from './signing.ts';

/** A row together with the MAC of the list that it has to be on, as of one moment. */
export interface Listed<T> {
  readonly row: T & { readonly mac: Buffer };
  readonly head: { readonly mac: Buffer } | null;
}

/** Rows that are what we wrote last. Throws INTEGRITY for one that is not. */
export async function readListed<T extends object>(
  source: SignedSource,
  tables: Tables,
  { table, entry }: { readonly table: Table; readonly entry: (row: T) => string },
  read: () => Promise<readonly Listed<T>[]>,
): Promise<readonly T[]> {
  return await reread(async () => {
    const listed = await read();
    const entries = listed.map(({ row }) => ({ table, row, entry: entry(row), mac: row.mac }));
    const found = verified<T>(
      source,
      table,
      listed.map(({ row }) => row),
    );
    // Within a transaction the list may be its own, which is not written yet.
    if (source.signing.known !== null) return { found };
    return (await areListed(source, tables, listed[0]?.head?.mac ?? null, entries)) === null ? null : { found };
  });
}
