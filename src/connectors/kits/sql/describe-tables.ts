import type { DescribedTable, Description, DescriptionFilter } from '../../../domain/connector/describe.ts';
import type { ValidatorInput } from '../../../domain/connector/validator.ts';
import type { SqlRow, SqlSession } from './sql-session.ts';

/** Columns that one description lists. */
export const MOST_COLUMNS = 10_000;
/** Characters of one description as JSON, well below what a worker may answer with. */
const MOST_CHARACTERS = 250_000;

/** Rows of `schema`, `table` and `field`, with `own` where the schema is the one that bare names are looked for in. */
export type ListColumns<D, S extends SqlSession> = (
  session: S,
  filter: DescriptionFilter,
  input: ValidatorInput<D>,
) => Promise<readonly SqlRow[]>;

/** Of the tables that were asked for, those that the login may read. */
export async function describeTables<D, S extends SqlSession>(
  session: S,
  input: ValidatorInput<D>,
  list: ListColumns<D, S>,
): Promise<Description> {
  const { schema = null, tables = null } = input.options.describes ?? {};
  const filter = { schema, tables: tables?.map((name) => name.toLowerCase()) ?? null };
  return described(await list(session, filter, input), schema !== null);
}

function described(rows: readonly SqlRow[], isOfOneSchema: boolean): Description {
  const tables = new Map<string, string[]>();
  let characters = 0;
  for (const row of rows.slice(0, MOST_COLUMNS)) {
    const [schema, table, field] = [row.schema, row.table, row.field].map(String);
    const name = isOfOneSchema || isTrue(row.own) ? String(table) : `${schema}.${table}`;
    const fields = tables.get(name) ?? [];
    characters += String(field).length + 3 + (fields.length === 0 ? name.length + 30 : 0);
    if (characters > MOST_CHARACTERS) return { tables: listed(tables), isComplete: false };
    fields.push(String(field));
    tables.set(name, fields);
  }
  return { tables: listed(tables), isComplete: rows.length <= MOST_COLUMNS };
}

function listed(tables: ReadonlyMap<string, readonly string[]>): readonly DescribedTable[] {
  return [...tables].map(([name, fields]) => ({ name, fields }));
}

/** Some servers have no truth values, and some drivers answer all as texts. */
function isTrue(value: unknown): boolean {
  return value === true || Number(value) === 1;
}

/** A text as a literal of servers that know no escapes in one: for those whose session takes no parameters. */
export function quotedLiteral(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
}
