import type { Database as Handle } from 'better-sqlite3';
import type { SchemaDifference } from '../../domain/ports/upkeep-store.ts';
import { MIGRATIONS_TABLE, migrationsAfter } from '../migrations.ts';
import { describeDifference } from '../schema-difference.ts';
import { openDatabase } from './sqlite-driver.ts';

interface Item {
  readonly type: string;
  readonly name: string;
  readonly table: string;
  readonly sql: string | null;
}

/**
 * How a store differs from what its migrations make, by the first difference; null when it does not differ. A foreign trigger would run with every
 * statement of ours, and a view could replace a table. An administrator's own index is accepted if it is a plain one: neither unique, nor
 * partial, nor over expressions, which could refuse rows or run functions.
 */
export function compareSqliteSchema(handle: Handle, migratedTo: number): SchemaDifference | null {
  return firstDifference(handle, migratedTo, () => true);
}

/** The same of a store in use. A further table, which no statement of ours reads or writes, is for the next start to refuse. */
export function compareTablesInUse(handle: Handle, migratedTo: number): SchemaDifference | null {
  return firstDifference(handle, migratedTo, ({ type, table }, ours) => ours.has(table) || (type !== 'table' && type !== 'index'));
}

function firstDifference(
  handle: Handle,
  migratedTo: number,
  counts: (item: Item, ours: ReadonlySet<string>) => boolean,
): SchemaDifference | null {
  const expected = new Map(expectedItems(migratedTo).map((item) => [keyOf(item), item]));
  const ours = new Set([...expected.values()].map(({ table }) => table));
  for (const item of itemsOf(handle)) {
    if (!counts(item, ours)) continue;
    const known = expected.get(keyOf(item));
    expected.delete(keyOf(item));
    if (known === undefined && item.type === 'index' && isPlain(handle, item)) continue;
    if (known === undefined) return describeDifference('added', item.type, item.name, item.table);
    if (known.sql !== item.sql || known.table !== item.table) return describeDifference('changed', item.type, item.name, item.table);
  }
  const [missing] = expected.values();
  return missing === undefined ? null : describeDifference('missing', missing.type, missing.name, missing.table);
}

const keyOf = ({ type, name }: Item) => `${type} ${name}`;

/** As a new store has it, of the release that the store is migrated to. */
function expectedItems(migratedTo: number): readonly Item[] {
  const fresh = openDatabase(':memory:');
  try {
    for (const { at, statements } of migrationsAfter('sqlite', 0))
      if (at <= migratedTo) for (const statement of statements) fresh.exec(statement);
    return itemsOf(fresh);
  } finally {
    fresh.close();
  }
}

/** SQLite keeps statistics and its own indexes under names that nobody else can take. */
function itemsOf(handle: Handle): readonly Item[] {
  const rows = handle
    .prepare(
      "select type, name, tbl_name as \"table\", sql from sqlite_master where name not like 'sqlite\\_%' escape '\\' order by type, name",
    )
    .all();
  // The columns are those of SQLite's own table.
  return (rows as readonly Item[]).filter(({ name }) => name !== MIGRATIONS_TABLE);
}

function isPlain(handle: Handle, { name, table }: Item): boolean {
  const list = handle.prepare('select name, "unique" as isUnique, partial from pragma_index_list(?)').all(table);
  const columns = handle.prepare('select cid from pragma_index_xinfo(?)').all(name);
  // Both have the columns that are named.
  const own = (list as readonly { name: string; isUnique: number; partial: number }[]).find((one) => one.name === name);
  return own?.isUnique === 0 && own.partial === 0 && !(columns as readonly { cid: number }[]).some(({ cid }) => cid === -2);
}
