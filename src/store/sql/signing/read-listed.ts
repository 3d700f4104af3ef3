import type { Table } from 'drizzle-orm';
import { unavailable } from '../../store-error.ts';
import type { Tables } from '../../tables/tables.ts';
import { areListed } from './authority.ts';
import { verified } from './read-signed.ts';
import type { SignedSource } from './signing.ts';

/** A grant together with the MAC of the list that it has to be on, as of one moment. */
export interface Listed<T> {
  readonly grant: T & { readonly mac: Buffer };
  readonly head: { readonly mac: Buffer } | null;
}

/** How often the grants are read again because their list has changed meanwhile. */
const MOST_READS = 5;

/** Grants that are what we wrote last. Throws INTEGRITY for one that is not. */
export async function readListed<T extends object>(
  source: SignedSource,
  tables: Tables,
  { table, entry }: { readonly table: Table; readonly entry: (grant: T) => string },
  read: () => Promise<readonly Listed<T>[]>,
): Promise<readonly T[]> {
  for (let reads = 0; reads < MOST_READS; reads += 1) {
    const rows = await read();
    const entries = rows.map(({ grant }) => ({ table, row: grant, entry: entry(grant), mac: grant.mac }));
    const grants = verified<T>(
      source,
      table,
      rows.map(({ grant }) => grant),
    );
    // Within a transaction the list may be its own, which is not written yet.
    if (source.signing.known !== null) return grants;
    if ((await areListed(source, tables, rows[0]?.head?.mac ?? null, entries)) !== null) return grants;
  }
  throw unavailable();
}
