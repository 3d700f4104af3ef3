/** A worker is asked by this name to describe what a login sees, as it is asked by theirs to run validators, which begin with `validate_`. */
export const DESCRIBE = 'describe';

export interface DescribedTable {
  /** Bare where its schema was asked for or is the login's own, else as `schema.table`. */
  readonly name: string;
  readonly fields: readonly string[];
}

/** The tables, or what the kind has in their place, that a login may read. */
export interface Description {
  readonly tables: readonly DescribedTable[];
  /** False where there was more than is listed. */
  readonly isComplete: boolean;
}

/** What of it is asked for. */
export interface DescriptionFilter {
  /** The one schema whose tables are listed; null for all but the system's own. */
  readonly schema: string | null;
  /** The names of tables, in any case and without their schema; null for all. */
  readonly tables: readonly string[] | null;
}

/** Whether something that a worker answered is a description: what of it looked like a secret was taken out on its way. */
export function isDescription(value: unknown): value is Description {
  return (
    typeof value === 'object' &&
    value !== null &&
    'tables' in value &&
    Array.isArray(value.tables) &&
    value.tables.every((table: unknown) => typeof table === 'object' && table !== null && 'name' in table && 'fields' in table)
  );
}
