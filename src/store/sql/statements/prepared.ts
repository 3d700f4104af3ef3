import { Column, getTableColumns, is, Param, Placeholder, sql, type Table } from 'drizzle-orm';
import type { Scope } from '../../../domain/connection/connection.ts';
import type { Database, StatementSource } from '../../engine.ts';
import { requireStorable } from '../../tables/storable.ts';
import type { Tables } from '../../tables/tables.ts';

/** Columns of a statement, under the names that its rows have, in the order of the builder's selection. Of joined tables each may have an object of its own. */
export type Columns = { readonly [name: string]: Column | Columns };

type Values = Readonly<Record<string, unknown>>;

interface Definition {
  readonly columns: Columns;
  readonly statement: { toSQL(): { readonly sql: string; readonly params: readonly unknown[] } };
  /** Lazy columns come as a function that decodes them, for what costs much to decode and is not looked at in every row. */
  readonly lazy?: readonly string[];
}

interface Compiled {
  readonly text: string;
  readonly encode: readonly ((values: Values) => unknown)[];
  readonly decode: (row: readonly unknown[]) => object;
}

/**
 * A statement that is built once per engine, with placeholders, and parsed once per connection: building one anew costs more than
 * running it. Rows come back as objects, decoded like Drizzle's. `name` is unique among all.
 */
export function prepared(
  name: string,
  define: (db: Database, tables: Tables) => Definition,
): (source: StatementSource, tables: Tables, values: Values) => Promise<readonly object[]> {
  const byTables = new WeakMap<Tables, Compiled>();
  return async (source, tables, values) => {
    let compiled = byTables.get(tables);
    if (compiled === undefined) {
      compiled = compile(define(source.db, tables));
      byTables.set(tables, compiled);
    }
    const { text, encode, decode } = compiled;
    const rows = await source.rows(
      name,
      text,
      encode.map((one) => one(values)),
    );
    return rows.map(decode);
  };
}

/** A placeholder for the scope of any project, in a statement that is built once. */
const WHOLE_PROJECT: Scope = {
  // The builder takes a placeholder wherever it takes a value.
  projectId: sql.placeholder('projectId') as unknown as string,
  integrationIds: null,
};

/** A statement within a scope: prepared for a whole project, and built anew for a token that is limited to some integrations. */
export function preparedInScope<K extends string>(
  name: string,
  keys: readonly K[],
  define: (
    db: Database,
    tables: Tables,
    scope: Scope,
    values: Readonly<Record<K, Placeholder>>,
  ) => Definition & { readonly statement: PromiseLike<readonly object[]> },
): (source: StatementSource, tables: Tables, scope: Scope, values: Readonly<Record<K, unknown>>) => Promise<readonly object[]> {
  // One member for each of the keys.
  const placeholders = Object.fromEntries(keys.map((key) => [key, sql.placeholder<string>(key)])) as Record<K, Placeholder>;
  const whole = prepared(name, (db, tables) => define(db, tables, WHOLE_PROJECT, placeholders));
  return async (source, tables, scope, values) => {
    if (scope.integrationIds === null) return await whole(source, tables, { projectId: scope.projectId, ...values });
    // The builder takes a value wherever it takes a placeholder.
    const { statement, lazy = [] } = define(source.db, tables, scope, values as Readonly<Record<K, Placeholder>>);
    const rows = await statement;
    return lazy.length === 0 ? rows : rows.map((row) => asLazy(row, lazy));
  };
}

const decoders = new WeakMap<Columns, (row: Row) => object>();

/**
 * Rows of a statement that is built for one call, as where the number of ids differs. They are decoded like those of `prepared`: the
 * builder's own way makes several objects for each value, and a long list has tens of thousands of values.
 */
export async function rowsOf(source: StatementSource, columns: Columns, statement: Definition['statement']): Promise<readonly object[]> {
  let decode = decoders.get(columns);
  if (decode === undefined) {
    ({ decode } = rowDecoderOf(columns, [], 0));
    decoders.set(columns, decode);
  }
  const { sql: text, params } = statement.toSQL();
  return (await source.rows(null, text, params)).map(decode);
}

function asLazy(row: object, lazy: readonly string[]): object {
  return Object.fromEntries(Object.entries(row).map(([key, value]: [string, unknown]) => [key, lazy.includes(key) ? () => value : value]));
}

/** An insert of one whole row. */
export function preparedInsert<T extends Table>(name: string, tableOf: (tables: Tables) => T) {
  const run = prepared(name, (db, tables) => {
    const table = tableOf(tables);
    // The builder's type knows the columns of one table, and this is for any.
    return { columns: {}, statement: db.insert(table as never).values(placeholdersOf(table) as never) };
  });
  return async (source: StatementSource, tables: Tables, row: T['$inferInsert']): Promise<void> => {
    await run(source, tables, row);
  };
}

/** A row in which each column is a placeholder of its name. */
export function placeholdersOf<T extends Table>(table: T): T['$inferInsert'] {
  // The builder takes a placeholder wherever it takes a value.
  return Object.fromEntries(Object.keys(getTableColumns(table)).map((key) => [key, sql.placeholder(key)])) as T['$inferInsert'];
}

function compile({ columns, statement, lazy = [] }: Definition): Compiled {
  const { sql: text, params } = statement.toSQL();
  return { text, encode: params.map(encoderOf), decode: rowDecoderOf(columns, lazy, 0).decode };
}

type Row = readonly unknown[];

/** Reads the columns that begin at `from` in each row. */
function rowDecoderOf(
  columns: Columns,
  lazy: readonly string[],
  from: number,
): { readonly decode: (row: Row) => object; readonly end: number } {
  let end = from;
  const fields = Object.entries(columns).map(([key, column]) => {
    const index = end;
    if (!is(column, Column)) {
      const group = rowDecoderOf(column, [], index);
      end = group.end;
      return { key, index, read: (row: Row) => (isAbsent(row, index, group.end) ? null : group.decode(row)), decode: null };
    }
    end += 1;
    return { key, index, read: null, decode: lazy.includes(key) ? lazyDecoderOf(column) : decoderOf(column) };
  });
  const decode = (row: Row) => {
    const decoded: Record<string, unknown> = {};
    for (const { key, index, read, decode } of fields) {
      const value = read === null ? (row[index] ?? null) : read(row);
      decoded[key] = decode === null || value === null ? value : decode(value);
    }
    return decoded;
  };
  return { decode, end };
}

/** A joined table without a row gives nothing but nulls. */
function isAbsent(row: Row, from: number, end: number): boolean {
  for (let index = from; index < end; index += 1) if (row[index] !== null) return false;
  return true;
}

/** A placeholder's value, as the column beside it is written; anything else stands in the text's parameters as it is. */
function encoderOf(param: unknown): (values: Values) => unknown {
  // The builder knows no column of a placeholder in a condition, so it is checked here as the column would.
  if (is(param, Placeholder)) return (values) => storable(values[param.name] ?? null);
  if (is(param, Param) && is(param.value, Placeholder)) {
    const { encoder, value: placeholder } = param;
    return (values) => {
      const value = values[placeholder.name] ?? null;
      return value === null ? null : encoder.mapToDriverValue(value);
    };
  }
  return () => param;
}

function storable(value: unknown): unknown {
  return typeof value === 'string' ? requireStorable(value) : value;
}

/** Each column's own reading, as it differs between the engines; null where the driver's value is taken as it is. */
function decoderOf(column: Column): ((value: unknown) => unknown) | null {
  const asItIs =
    column.mapFromDriverValue === Column.prototype.mapFromDriverValue ||
    // A column of our own type has `mapFrom`, which is undefined where the type says nothing of reading.
    ('mapFrom' in column && column.mapFrom === undefined);
  return asItIs ? null : (value) => column.mapFromDriverValue(value);
}

function lazyDecoderOf(column: Column): (value: unknown) => () => unknown {
  return (value) => () => column.mapFromDriverValue(value);
}
