import type { Table } from 'drizzle-orm';
import type { Tables } from '../../tables/tables.ts';
import { areListed, unlistedOf } from './authority.ts';
import { listed, unreadableRow, verified } from './read-signed.ts';
import { reread } from './reread.ts';
import type { SignedSource } from './signing.ts';

/** A row together with the MAC of the list that it has to be on, as of one moment. */
export interface Listed<T> {
  readonly row: T & { readonly mac: Buffer };
  readonly head: { readonly mac: Buffer } | null;
}

interface ListedTable<T> {
  readonly table: Table;
  readonly entry: (row: T) => string;
}

/** Rows that are what we wrote last. Throws INTEGRITY for one that is not. */
export async function readListed<T extends object>(
  source: SignedSource,
  tables: Tables,
  of: ListedTable<T>,
  read: () => Promise<readonly Listed<T>[]>,
): Promise<readonly T[]> {
  return await reread(async () => {
    const rows = await read();
    const entries = entriesOf(of, rows);
    const found = verified<T>(
      source,
      of.table,
      rows.map(({ row }) => row),
    );
    // Within a transaction the list may be its own, which is not written yet.
    if (source.signing.known !== null) return { found };
    return (await areListed(source, tables, headOf(rows), entries)) === null ? null : { found };
  });
}

/** The same for rows to be shown: one that is not what we wrote last is marked as altered, and the others stay. */
export async function showListed<T extends object>(
  source: SignedSource,
  tables: Tables,
  of: ListedTable<T>,
  read: () => Promise<readonly Listed<T>[]>,
): Promise<readonly T[]> {
  return await reread(async () => {
    const rows = await read();
    const entries = entriesOf(of, rows);
    const shown = listed<T>(
      source,
      of.table,
      rows.map(({ row }) => row),
    );
    const unlisted = await unlistedOf(source, tables, headOf(rows), entries);
    if (unlisted === null) return null;
    const old = new Set(unlisted.map(({ entry }) => entry));
    return {
      // What is left of a row that nothing may be believed of has the members of the row.
      found: rows.map(({ row }, index) => (old.has(entries[index]?.entry ?? '') ? unreadableRow(of.table, { ...row }) : shown[index]) as T),
    };
  });
}

function entriesOf<T extends object>({ table, entry }: ListedTable<T>, rows: readonly Listed<T>[]) {
  return rows.map(({ row }) => ({ table, row, entry: entry(row), mac: row.mac }));
}

function headOf(rows: readonly Listed<object>[]): Buffer | null {
  return rows[0]?.head?.mac ?? null;
}
