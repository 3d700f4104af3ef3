import { and, type Column, eq, getTableColumns, getTableName, sql, type Table } from 'drizzle-orm';
import type { Tables } from '../../tables/tables.ts';
import { type Columns, prepared } from '../statements/prepared.ts';
import { shapeOf } from './row-mac.ts';

type Statement = ReturnType<typeof prepared>;

const readers = new Map<string, Statement>();
const writers = new Map<string, Statement>();

/** The row of an id. */
export function readerOf(table: Table): Statement {
  const { name, id } = shapeOf(table);
  let reader = readers.get(name);
  if (reader === undefined) {
    reader = prepared(`signed_read_${readers.size}`, (db, tables) => {
      const own = sameTable(tables, name);
      const columns = getTableColumns(own);
      const where = and(...id.map((one) => eq(columnOf(columns, one), sql.placeholder(one))));
      return {
        columns,
        statement: db
          .select()
          .from(own as never)
          .where(where),
      };
    });
    readers.set(name, reader);
  }
  return reader;
}

/** Writes some columns of a row, if it still has the MAC that it was read with. */
export function writerOf(table: Table, keys: readonly string[]): Statement {
  const { name, id } = shapeOf(table);
  const key = `${name}_set_${keys.join('_')}`;
  let writer = writers.get(key);
  if (writer === undefined) {
    writer = prepared(`signed_write_${writers.size}`, (db, tables) => {
      const own = sameTable(tables, name);
      const columns = getTableColumns(own);
      const placed = (one: string, as: string) => sql`${sql.param(sql.placeholder(as), columnOf(columns, one))}`;
      const set = Object.fromEntries([...keys.map((one) => [one, placed(one, `set_${one}`)]), ['mac', placed('mac', 'mac')]]);
      const found: Columns = { found: columnOf(columns, id[0] ?? '') };
      const where = and(
        ...id.map((one) => eq(columnOf(columns, one), sql.placeholder(one))),
        eq(columnOf(columns, 'mac'), sql.placeholder('before')),
      );
      return {
        columns: found,
        statement: db
          .update(own as never)
          .set(set as never)
          .where(where)
          .returning(found as never),
      };
    });
    writers.set(key, writer);
  }
  return writer;
}

/** The engine's own table of a name: statements are made once, for both. */
function sameTable(tables: Tables, name: string): Table {
  const found = Object.values(tables).find((table) => getTableName(table) === name);
  if (found === undefined) throw new TypeError(`There is no table ${name}.`);
  return found;
}

export function columnOf(columns: Readonly<Record<string, Column>>, key: string): Column {
  const column = columns[key];
  if (column === undefined) throw new TypeError(`There is no column ${key}.`);
  return column;
}
