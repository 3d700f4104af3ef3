import { timingSafeEqual } from 'node:crypto';
import { getTableColumns, getTableName, type Table } from 'drizzle-orm';
import { DomainError } from '../../../domain/errors/errors.ts';
import { COVERAGE, type SignedRows } from '../../tables/coverage.ts';
import { LONG_TEXT, takeLongText, UnreadableJson } from '../../tables/stored-json.ts';
import type { Row, SignedSource } from './signing.ts';

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
 * The text that the MAC of a row covers: its table, and the name, type, length and content of each column that is not null, so that no two
 * rows have the same text, and a column that a later release adds does not change those of existing rows. `beside` is content that belongs
 * to the row and is stored elsewhere.
 */
export function textOf(table: Table, row: Row, beside: unknown = null): string {
  return piecesOf(table, row, beside).join('');
}

/** The same in pieces: what is long stands apart, so that it is not copied to be joined. */
function piecesOf(table: Table, row: Row, beside: unknown): readonly string[] {
  const { name, covered } = shapeOf(table);
  const pieces: string[] = [];
  let text = name;
  for (const { key, label } of covered) {
    const value = row[key];
    if (value === null || value === undefined) continue;
    const long = longTextOf(value);
    if (long === null) text += label + cellOf(value);
    else {
      pieces.push(`${text}${label}${typeof value === 'string' ? 's' : 'j'}${long.length}:`, long);
      text = '';
    }
  }
  pieces.push(beside === null ? text : `${text}\n+${cellOf(beside)}`);
  return pieces;
}

function longTextOf(value: unknown): string | null {
  if (typeof value === 'string') return value.length < LONG_TEXT ? null : value;
  return typeof value === 'object' && value !== null ? takeLongText(value) : null;
}

function macOf({ signing }: Pick<SignedSource, 'signing'>, table: Table, row: Row, beside: unknown): Buffer {
  const pieces = piecesOf(table, row, beside);
  const [only] = pieces;
  return signing.sign(pieces.length === 1 && only !== undefined ? only : bytesOf(pieces));
}

/** The room that is kept for the next long row, bytes. */
const KEPT_ROOM = 1024 * 1024;
let room = Buffer.alloc(0);

/** What is given holds until the next call. A row as long as its settings would else leave several copies of them behind. */
function bytesOf(pieces: readonly string[]): Uint8Array {
  const most = pieces.reduce((sum, piece) => sum + 3 * piece.length, 0);
  const bytes = most <= room.length ? room : Buffer.allocUnsafe(most);
  if (most <= KEPT_ROOM) room = bytes;
  let end = 0;
  for (const piece of pieces) end += bytes.write(piece, end, 'utf8');
  return bytes.subarray(0, end);
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
export function isIntact(source: Pick<SignedSource, 'signing'>, table: Table, row: Row, beside: unknown = null): boolean {
  const { mac } = row;
  if (!(mac instanceof Uint8Array)) return false;
  const expected = macOf(source, table, row, beside);
  return mac.length === expected.length && timingSafeEqual(mac, expected);
}

/** A row with its MAC, as it is inserted. */
export function withMac<R extends Row>(
  source: Pick<SignedSource, 'signing'>,
  table: Table,
  row: R,
  beside: unknown = null,
): R & { mac: Buffer } {
  return { mac: macOf(source, table, row, beside), ...row };
}
