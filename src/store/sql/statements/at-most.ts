import { type Placeholder, sql } from 'drizzle-orm';

/**
 * The limit of a statement. SQLite reads a bare parameter there while it plans, and therefore plans the statement again at every run;
 * inside an expression it does not.
 */
export function atMost(rows: number | Placeholder): Placeholder {
  // Both dialects write any SQL behind `limit`; the builder's type allows only the two commonest.
  return sql`(0 + ${rows})` as unknown as Placeholder;
}
