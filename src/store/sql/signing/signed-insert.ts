import type { Table } from 'drizzle-orm';
import type { Tables } from '../../tables/tables.ts';
import { placeholdersOf, prepared } from '../statements/prepared.ts';
import { withMac } from './row-mac.ts';
import type { Row, SignedTransaction } from './signing.ts';

export type Unsigned<T extends Table> = Omit<T['$inferInsert'], 'mac'>;

/** An insert of one whole row, signed. */
export function signedInsert<T extends Table>(name: string, tableOf: (tables: Tables) => T) {
  const run = prepared(name, (db, tables) => {
    const table = tableOf(tables);
    // The builder's type knows the columns of one table, and this is for any.
    return { columns: {}, statement: db.insert(table as never).values(placeholdersOf(table) as never) };
  });
  return async (tx: SignedTransaction, tables: Tables, row: Unsigned<T>, beside: unknown = null): Promise<void> => {
    await run(tx, tables, withMac(tx, tableOf(tables), row as Row, beside));
  };
}
