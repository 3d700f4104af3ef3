import { blob, check, customType, index, integer, primaryKey, sqliteTable, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Dialect } from './dialect.postgres.ts';
import { requireStorable } from './storable.ts';
import { readJson, writeJson } from './stored-json.ts';

const text = customType<{ data: string; driverData: string }>({ dataType: () => 'text', toDriver: requireStorable });
const json = customType<{ data: unknown; driverData: string }>({ dataType: () => 'text', toDriver: writeJson, fromDriver: readJson });

const columns = {
  text: (name: string) => text(name),
  json: (name: string) => json(name),
  bytes: (name: string) => blob(name, { mode: 'buffer' }),
  flag: (name: string) => integer(name, { mode: 'boolean' }),
  count: (name: string) => integer(name, { mode: 'number' }),
  time: (name: string) => integer(name, { mode: 'number' }),
};

type Columns = Record<string, (name: string) => { readonly _: { readonly data: unknown } }>;
type Values<C extends Columns> = { [K in keyof C]: ReturnType<C[K]>['_']['data'] };
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless both engines have the same kinds of columns, and each kind holds the same type of value on both. */
export const columnsAreTwins: Equal<Values<typeof columns>, Values<Dialect['columns']>> = true;

/**
 * The same on SQLite. It passes for PostgreSQL's, whose types the SQL is written against: the functions of Drizzle that we call take
 * the same parameters for both engines, and that the columns hold the same values is proven above.
 */
export const sqliteDialect = { table: sqliteTable, index, uniqueIndex, primaryKey, check, columns } as unknown as Dialect;
