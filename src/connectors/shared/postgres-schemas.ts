import type { ValidatorReport } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { quoted } from './postgres-problems.ts';
import type { SqlRow } from './sql.ts';

/** What a login may read, from one row a schema: `schema`, `usable`, how many `tables`, and how many of them `readable`. */
export function reportSchemas(schemas: readonly SqlRow[], role: string): ValidatorReport {
  const warnings = schemas.flatMap((row): readonly Problem[] => {
    const schema = quoted(String(row.schema));
    const unreadable = Number(row.tables) - Number(row.readable);
    const grants = [
      ...(row.usable === true ? [] : [`GRANT USAGE ON SCHEMA ${schema} TO ${role};`]),
      ...(unreadable > 0 ? [`GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role};`] : []),
    ];
    if (grants.length === 0 || Number(row.tables) === 0) return [];
    return [
      {
        code: 'PERMISSION_MISSING',
        cause: `schema ${schema}: ${unreadable} of ${row.tables} tables can't be read`,
        friendlyMessage: `The login can't read everything in schema ${schema}.`,
        resolution: `If its jobs need it, run: ${grants.join(' ')}`,
      },
    ];
  });
  const readable = schemas.filter((row) => row.usable === true && Number(row.readable) > 0);
  const tables = schemas.some((row) => Number(row.tables) > 0);
  if (tables && readable.length === 0) {
    const [first] = warnings;
    return {
      errors: first === undefined ? [] : [{ ...first, friendlyMessage: "The login can't read a single table of this database." }],
      warnings: warnings.slice(1, 20),
    };
  }
  return { errors: [], warnings: warnings.slice(0, 20), data: { datasetsValidated: readable.map((row) => String(row.schema)) } };
}
