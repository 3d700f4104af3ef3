import { timingSafeEqual } from 'node:crypto';
import { and, type Column, eq, getTableColumns, getTableName, type SQL, sql, type Table } from 'drizzle-orm';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { EngineTransaction, StatementSource } from '../../engine.ts';
import { COVERAGE, type SignedRows } from '../../tables/coverage.ts';
import { UnreadableJson } from '../../tables/stored-json.ts';
import type { Tables } from '../../tables/tables.ts';
import { type Columns, placeholdersOf, prepared } from '../statements/prepared.ts';

/**
 * Rows that grant, prove, protect or point carry a MAC over their columns, by a key that the database never sees: it is checked
 * wherever such a row is relied on, and made anew with each change of it. A row that does not fit is INTEGRITY.
 */
export interface Signing {
  sign(text: string): Buffer;
  /** Rows that this transaction has checked, by table and id: what it changes, it has mostly read before. Null outside of one. */
  readonly known: Map<string, KnownRow> | null;
  readonly seen: SeenAuthority;
}

/** The newest list of tokens and grants that this process has read. */
export interface SeenAuthority {
  latest: { readonly mac: Buffer; readonly row: AuthorityRow } | null;
}

/** See authority.ts. */
export interface AuthorityRow {
  readonly id: string;
  readonly revision: number;
  readonly entries: Readonly<Record<string, string>>;
}

export interface SignedSource extends StatementSource {
  readonly signing: Signing;
}

export interface SignedTransaction extends EngineTransaction {
  readonly signing: Signing;
}

type Row = Readonly<Record<string, unknown>>;

interface KnownRow {
  readonly row: Row;
  readonly mac: Buffer;
}

interface Shape {
  readonly name: string;
  readonly id: readonly string[];
  readonly covered: readonly { readonly key: string; readonly label: string }[];
}

const shapes = new WeakMap<Table, Shape>();
const signedTables: ReadonlyMap<string, SignedRows> = new Map(
  Object.entries<(typeof COVERAGE)[keyof typeof COVERAGE]>(COVERAGE).flatMap(([name, entry]) =>
    entry.by === 'mac' ? [[name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), entry]] : [],
  ),
);

export function shapeOf(table: Table): Shape {
  let shape = shapes.get(table);
  if (shape === undefined) {
    const name = getTableName(table);
    const signed = signedTables.get(name);
    if (signed === undefined) throw new TypeError(`Rows of ${name} are not signed.`);
    const { id, except } = signed;
    const covered = Object.entries(getTableColumns(table))
      .filter(([key]) => key !== 'mac' && !Object.hasOwn(except, key))
      .map(([key, column]) => ({ key, label: `\n${column.name}=` }));
    shape = { name, id, covered };
    shapes.set(table, shape);
  }
  return shape;
}

/**
 * What the MAC of a row is made of: its table, and the name, type, length and content of each column that is not null, so that no two
 * rows share a text, and a column that a later release adds leaves the rows of before as they are. `beside` is what belongs to the row
 * and stands elsewhere.
 */
export function textOf(table: Table, row: Row, beside: unknown = null): string {
  const { name, covered } = shapeOf(table);
  let text = name;
  for (const { key, label } of covered) {
    const value = row[key];
    if (value !== null && value !== undefined) text += label + cellOf(value);
  }
  return beside === null ? text : `${text}\n+${cellOf(beside)}`;
}

function cellOf(value: unknown): string {
  if (typeof value === 'string') return `s${value.length}:${value}`;
  if (typeof value === 'number' || typeof value === 'boolean') return `${typeof value}:${value}`;
  if (value instanceof Uint8Array)
    return `x${value.length}:${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')}`;
  // Nothing that is written has this form.
  if (value instanceof UnreadableJson) return '?';
  const json = JSON.stringify(value);
  return `j${json.length}:${json}`;
}

export function altered(table: Table, row: Row): DomainError {
  return new DomainError('INTEGRITY', 'A stored row was altered past the gateway, and is not believed.', {
    table: shapeOf(table).name,
    rowId: rowIdOf(table, row),
  });
}

/** The id of a row; several columns are joined by slashes. */
export function rowIdOf(table: Table, row: Row): string {
  return shapeOf(table)
    .id.map((key) => (typeof row[key] === 'string' || typeof row[key] === 'number' ? String(row[key]) : '?'))
    .join('/');
}

/** Whether the row is as we wrote it. */
export function isIntact({ signing }: Pick<SignedSource, 'signing'>, table: Table, row: Row, beside: unknown = null): boolean {
  const { mac } = row;
  if (!(mac instanceof Uint8Array)) return false;
  const expected = signing.sign(textOf(table, row, beside));
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}

/** Removes the MAC from a row that fits it, and remembers the row for the rest of the transaction. */
function accept<T>({ signing }: Pick<SignedSource, 'signing'>, table: Table, row: Record<string, unknown>): T {
  const { mac } = row;
  // It is the last column, and taking the last member off an object is cheap.
  delete row.mac;
  // Only rows that fit their MAC come here, so there is one.
  signing.known?.set(knownAs(table, row), { row, mac: mac as Buffer });
  // The row is as we wrote it, and it was written from its domain type.
  return row as T;
}

function knownAs(table: Table, row: Row): string {
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

/** For rows that are worked on one by one. Altered rows are left as they are, and `doctor` names them. */
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
 * Rows to be shown. One that was altered does not take the others with it: it has its id, and whoever reads anything else of it is
 * told INTEGRITY.
 */
export function listed<T>(source: Pick<SignedSource, 'signing'>, table: Table, rows: Rows, beside?: (row: T) => unknown): readonly T[] {
  return (rows as readonly Record<string, unknown>[]).map((row) =>
    isIntact(source, table, row, beside?.(row as T) ?? null) ? accept<T>(source, table, row) : (huskOf(table, row) as T),
  );
}

/** The cursor of the next page; it is kept even if the rest of the row was altered. */
const SORTED_BY = ['createdAt', 'acquiredAt'];

/** What is left of an altered row. */
export function huskOf(table: Table, row: Row): object {
  const id = [...shapeOf(table).id, ...SORTED_BY];
  const husk = {};
  for (const key of Object.keys(getTableColumns(table)))
    Object.defineProperty(husk, key, {
      enumerable: true,
      get() {
        if (id.includes(key) && (typeof row[key] === 'string' || typeof row[key] === 'number')) return row[key];
        throw altered(table, row);
      },
    });
  return husk;
}

export type Unsigned<T extends Table> = Omit<T['$inferInsert'], 'mac'>;

/** A row with its MAC, as it is inserted. */
export function withMac<R extends Row>(
  { signing }: Pick<SignedSource, 'signing'>,
  table: Table,
  row: R,
  beside: unknown = null,
): R & { mac: Buffer } {
  return { mac: signing.sign(textOf(table, row, beside)), ...row };
}

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

/** After so many tries a row that others change all the time is given up. */
const MOST_TRIES = 20;

export interface Alteration {
  /** A further condition, about other rows. */
  readonly guard?: SQL | undefined;
  readonly beside?: unknown;
}

/**
 * Changes a row and signs it anew. `change` gives the new values for the row as it is, or null where its rule forbids it. The row is
 * written only if it still is the one that `change` saw: of racing callers one writes, and the other is asked again with what that one
 * made of it. Null when there is no such row or `change` or the guard forbade it. Throws INTEGRITY for a row that was altered: signing
 * it anew would make it good.
 */
export async function alterRow<T extends Table, R extends object>(
  tx: SignedTransaction,
  tables: Tables,
  table: T,
  id: Row,
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
      if (await write(tx, tables, table, before, set as Row, mac, guard)) {
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
  tables: Tables,
  table: Table,
  before: KnownRow,
  set: Row,
  mac: Buffer,
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

type Statement = ReturnType<typeof prepared>;

const readers = new Map<string, Statement>();
const writers = new Map<string, Statement>();

/** The row of an id. */
function readerOf(table: Table): Statement {
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
function writerOf(table: Table, keys: readonly string[]): Statement {
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

function columnOf(columns: Readonly<Record<string, Column>>, key: string): Column {
  const column = columns[key];
  if (column === undefined) throw new TypeError(`There is no column ${key}.`);
  return column;
}
