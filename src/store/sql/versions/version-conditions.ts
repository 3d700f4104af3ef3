import { gt, lte, type SQL, sql } from 'drizzle-orm';
import type { VersionLabel } from '../../../domain/connection/connection.ts';
import { SHORT_SETTINGS } from '../../../domain/version/version-store.ts';
import type { Tables } from '../../tables/tables.ts';

/** Versions whose settings are short, or the others. What else is long in a row comes from the settings. */
export function ofLength({ versions }: Tables, settings: 'short' | 'long'): SQL {
  const length = sql`length(${versions.settings})`;
  return settings === 'short' ? lte(length, SHORT_SETTINGS) : gt(length, SHORT_SETTINGS);
}

/** Written into the statement instead of as a parameter: otherwise the indexes of one label would not be used. */
export function labelled({ versions }: Tables, label: VersionLabel): SQL {
  return sql`${versions.label} = ${sql.raw(`'${label}'`)}`;
}
