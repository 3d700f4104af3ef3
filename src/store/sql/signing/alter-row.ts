import { and, eq, getTableColumns, type SQL, type Table } from 'drizzle-orm';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { Tables } from '../../tables/tables.ts';
import { accept, knownAs } from './read-signed.ts';
import { altered, isIntact, shapeOf, textOf } from './row-mac.ts';
import { columnOf, readerOf, writerOf } from './row-statements.ts';
import type { KnownRow, Row, SignedTransaction } from './signing.ts';

/** How often a change is tried again when others change the same row at the same time. */
const MOST_TRIES = 20;

/** Which row of which table. */
interface RowAddress<T extends Table> {
  readonly tables: Tables;
  readonly table: T;
  readonly id: Row;
}

export interface Alteration {
  /** A further condition, about other rows. */
  readonly guard?: SQL | undefined;
  readonly beside?: unknown;
}

/**
 * Changes a row and signs it anew. `change` gives the new values for the row as it is, or null where its rule forbids it. The row is
 * written only if it still is the one that `change` saw: of two racing callers one writes, and `change` of the other is called again with
 * the row that the first has written. Null when there is no such row, or when `change` or the guard forbade it. Throws INTEGRITY for a row
 * that was altered: signing it again would make the edit valid.
 */
export async function alterRow<T extends Table, R extends object>(
  tx: SignedTransaction,
  { tables, table, id }: RowAddress<T>,
  change: (row: R) => Partial<R> | null,
  { guard, beside = null }: Alteration = {},
): Promise<R | null> {
  const { known } = tx.signing;
  const name = knownAs(table, id);
  let seen: Buffer | null = null;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    let before = known?.get(name);
    const isFresh = before === undefined;
    if (before === undefined) {
      const [row] = (await readerOf(table)(tx, tables, id)) as readonly Record<string, unknown>[];
      if (row === undefined) return null;
      if (!isIntact(tx, table, row, beside)) throw altered(table, row);
      accept(tx, table, row);
      before = known?.get(name);
    }
    if (before === undefined) throw new TypeError('Rows are altered inside a transaction.');
    // The row is the same as before, so it was the guard that kept it from being written.
    if (seen !== null && isFresh && before.mac.equals(seen)) return null;
    // The rows of the table were written from this type.
    const set = change(before.row as R);
    if (set !== null) {
      const row: Row = { ...before.row, ...set };
      const mac = tx.signing.sign(textOf(table, row, beside));
      if (await write(tx, { tables, table }, { before, set: set as Row, mac }, guard)) {
        known?.set(name, { row, mac });
        return row as R;
      }
      seen = before.mac;
    } else if (isFresh) return null;
    known?.delete(name);
  }
  throw new DomainError('UNAVAILABLE', 'Others change this all the time. Try again.', { retryAfterSeconds: 1 });
}

async function write(
  tx: SignedTransaction,
  { tables, table }: Pick<RowAddress<Table>, 'tables' | 'table'>,
  { before, set, mac }: { readonly before: KnownRow; readonly set: Row; readonly mac: Buffer },
  guard?: SQL,
): Promise<boolean> {
  const columns = getTableColumns(table);
  const { id } = shapeOf(table);
  if (guard === undefined) {
    const values = { ...Object.fromEntries(Object.entries(set).map(([key, value]) => [`set_${key}`, value])), mac, before: before.mac };
    return (await writerOf(table, Object.keys(set))(tx, tables, { ...before.row, ...values })).length > 0;
  }
  const same = id.map((key) => eq(columnOf(columns, key), before.row[key]));
  // The builder's type knows the columns of one table, and this is for any.
  const statement = tx.db
    .update(table as never)
    .set({ ...set, mac } as never)
    .where(and(...same, eq(columnOf(columns, 'mac'), before.mac), guard))
    .returning({ found: columnOf(columns, id[0] ?? '') as never });
  return (await statement).length > 0;
}
