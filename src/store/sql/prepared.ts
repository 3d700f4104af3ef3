import { Column } from 'drizzle-orm';
import type { Engine, StatementText } from '../engine.ts';

/** Columns of a statement that is prepared once, under the names that its rows have. */
export type Columns = Readonly<Record<string, Column>>;

/**
 * Runs a statement that was built, and parsed by the engine, once. The builder must have selected exactly `columns`, in their
 * order; rows come back as objects of them, decoded like Drizzle's, at a fraction of the cost of building the statement anew.
 * A column of `late` comes as a function that decodes it, for what most callers do not look at.
 */
export function prepareRows(
  engine: Engine,
  name: string,
  columns: Columns,
  statement: { toSQL(): { readonly sql: string; readonly params: readonly unknown[] } },
  late: readonly string[] = [],
): (values: Readonly<Record<string, unknown>>) => Promise<readonly object[]> {
  const text: StatementText = statement.toSQL();
  const fields = Object.entries(columns).map(([key, column]) => ({
    key,
    decode: late.includes(key) ? lateDecoderOf(column) : decoderOf(column),
  }));
  const run = engine.prepare(name, text);
  const decodeRow = (row: readonly unknown[]) => {
    const decoded: Record<string, unknown> = {};
    let index = 0;
    for (const { key, decode } of fields) {
      const value = row[index] ?? null;
      decoded[key] = decode === null || value === null ? value : decode(value);
      index += 1;
    }
    return decoded;
  };
  return async (values) => (await run(values)).map(decodeRow);
}

/** Each column's own reading, as it differs between the engines; null where the driver's value is taken as it is. */
function decoderOf(column: Column): ((value: unknown) => unknown) | null {
  const asItIs =
    column.mapFromDriverValue === Column.prototype.mapFromDriverValue ||
    // A column of our own type has `mapFrom`, which is undefined where the type says nothing of reading.
    ('mapFrom' in column && column.mapFrom === undefined);
  return asItIs ? null : (value) => column.mapFromDriverValue(value);
}

function lateDecoderOf(column: Column): (value: unknown) => () => unknown {
  return (value) => () => column.mapFromDriverValue(value);
}
