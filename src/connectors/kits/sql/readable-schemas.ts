import type { Problem } from '../../../domain/connector/validation.ts';
import { problem } from '../problems.ts';
import type { Finding } from '../usual-validators.ts';
import { backquoted, type SqlRow } from './sql-session.ts';

/** Warnings of one report. */
export const MOST_WARNINGS = 20;

/** What a login may read, from one row a schema: `schema`, `usable`, how many `tables`, and how many of them `readable`. */
export function reportReadable(schemas: readonly SqlRow[], grants: (row: SqlRow) => readonly string[]): Finding {
  const isUsable = (row: SqlRow) => row.usable !== false;
  const warnings = schemas.flatMap((row): readonly Problem[] => {
    const unreadable = Number(row.tables) - Number(row.readable);
    if (Number(row.tables) === 0 || (isUsable(row) && unreadable === 0)) return [];
    return [
      problem(
        'PERMISSION_MISSING',
        `schema "${row.schema}": ${unreadable} of ${row.tables} tables can't be read`,
        `The login can't read everything in schema "${row.schema}".`,
        `If its jobs need it, run: ${grants(row).join(' ')}`,
      ),
    ];
  });
  const readable = schemas.filter((row) => isUsable(row) && Number(row.readable) > 0);
  const [first] = warnings;
  if (first !== undefined && readable.length === 0)
    return {
      errors: [{ ...first, friendlyMessage: "The login can't read a single table of this database." }],
      warnings: warnings.slice(1, MOST_WARNINGS),
    };
  return { warnings: warnings.slice(0, MOST_WARNINGS), data: { datasetsValidated: readable.map((row) => String(row.schema)) } };
}

export function mayNotRead(table: string, mend: string): Problem {
  return problem(
    'PERMISSION_MISSING',
    `${table} can't be read`,
    `The login sees ${table} and can't read it.`,
    `If its jobs need it, run: ${mend}`,
  );
}

export interface SeenTable {
  readonly schema: string;
  readonly name: string;
  readonly readable: boolean;
}

/**
 * What a login may read of the tables that it sees. `mendAll` is the statement that helps a login which can read nothing; null where
 * reading nothing is no mistake, since there is nothing yet.
 */
export function reportTables(tables: readonly SeenTable[], mendAll: string | null, mend: (table: SeenTable) => string): Finding {
  const readable = tables.filter((table) => table.readable);
  if (readable.length === 0 && mendAll !== null) return { errors: [readsNothing(mendAll)] };
  const unreadable = tables.filter((table) => !table.readable).slice(0, MOST_WARNINGS);
  return {
    warnings: unreadable.map((table) => mayNotRead(`"${table.schema}"."${table.name}"`, mend(table))),
    data: { datasetsValidated: [...new Set(readable.map(({ schema }) => schema))] },
  };
}

/** The statement that lets a login read a table, or all of a database, where names stand in backticks. */
export function grantSelect(to: string, database: string | undefined, table?: string): string {
  const [within, object] = [database, table].map((name) => (name === undefined ? null : backquoted(name)));
  return `GRANT SELECT ON ${within ?? '<database>'}.${object ?? '*'} ${to}`;
}

export function readsNothing(mend: string): Problem {
  return problem('PERMISSION_MISSING', 'no table can be read', "The login can't read a single table.", `Run: ${mend}`);
}
