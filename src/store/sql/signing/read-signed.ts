import { getTableColumns, type Table } from 'drizzle-orm';
import { markAltered } from '../../../domain/errors/altered-row.ts';
import { altered, isIntact, shapeOf } from './row-mac.ts';
import type { Row, SignedSource } from './signing.ts';

/** Removes the MAC from a row that fits it, and remembers the row for the rest of the transaction. */
export function accept<T>({ signing }: Pick<SignedSource, 'signing'>, table: Table, row: Record<string, unknown>): T {
  const { mac } = row;
  // It is the last column, and taking the last member off an object is cheap.
  delete row.mac;
  // Only rows that fit their MAC come here, so there is one.
  signing.known?.set(knownAs(table, row), { row, mac: mac as Buffer });
  // The row is as we wrote it, and it was written from its domain type.
  return row as T;
}

export function knownAs(table: Table, row: Row): string {
  const { name, id } = shapeOf(table);
  return JSON.stringify([name, ...id.map((key) => row[key])]);
}

type Rows = readonly object[];

/** For rows that decide something. Throws INTEGRITY for the first one that was altered. */
export function verified<T>(source: Pick<SignedSource, 'signing'>, table: Table, rows: Rows, beside?: (row: T) => unknown): readonly T[] {
  return (rows as readonly Record<string, unknown>[]).map((row) => {
    // Whatever is beside a row is found by its id.
    if (!isIntact(source, table, row, beside?.(row as T) ?? null)) throw altered(table, row);
    return accept<T>(source, table, row);
  });
}

/** The only row, or null. Throws INTEGRITY when it was altered. */
export function verifiedOne<T>(source: Pick<SignedSource, 'signing'>, table: Table, rows: Rows): T | null {
  return verified<T>(source, table, rows.slice(0, 1))[0] ?? null;
}

/** For rows that are processed one by one. Altered rows are skipped, and `doctor` names them. */
export function intactOf<T>(source: Pick<SignedSource, 'signing'>, table: Table, rows: Rows): readonly T[] {
  return (rows as readonly Record<string, unknown>[])
    .filter((row) => isIntact(source, table, row))
    .map((row) => accept<T>(source, table, row));
}

/** Rows as they are stored, altered or not. Only for `doctor`, which says what is wrong with each. */
export function asStored<T>(rows: Rows): readonly T[] {
  return rows.map((row) => {
    const { mac: _mac, ...stored } = row as Record<string, unknown>;
    // The reader of these rows expects any content.
    return stored as T;
  });
}

/**
 * Rows to be shown. An altered row does not make the whole list fail: it is marked, its place in lists can be read, and reading anything
 * else of it throws INTEGRITY.
 */
export function listed<T>(source: Pick<SignedSource, 'signing'>, table: Table, rows: Rows, beside?: (row: T) => unknown): readonly T[] {
  return (rows as readonly Record<string, unknown>[]).map((row) =>
    isIntact(source, table, row, beside?.(row as T) ?? null) ? accept<T>(source, table, row) : (unreadableRow(table, row) as T),
  );
}

/** Which list the row is on, and the cursor of the next page; they are kept even if the rest of the row was altered. */
const PLACE = ['createdAt', 'acquiredAt', 'integrationId', 'key'];

/** What is left of an altered row. */
export function unreadableRow(table: Table, row: Row): object {
  const kept = [...shapeOf(table).id, ...PLACE];
  const unreadable = {};
  for (const key of Object.keys(getTableColumns(table)))
    Object.defineProperty(unreadable, key, {
      enumerable: true,
      get() {
        if (kept.includes(key) && (typeof row[key] === 'string' || typeof row[key] === 'number')) return row[key];
        throw altered(table, row);
      },
    });
  return markAltered(unreadable, altered(table, row));
}
