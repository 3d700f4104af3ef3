import type { Connection, Integration } from '../connection/connection.ts';
import { displayName, nameKey } from '../connection/names.ts';

interface Named {
  readonly connection: Pick<Connection, 'name'>;
  readonly integration: Pick<Integration, 'name' | 'namespace'>;
}

/**
 * Which connections a dialect shows that addresses them by name: its own, whose names are unique, and of all others those whose name no
 * other one has. A name that is not shown is found by nobody there, instead of standing for one of several.
 */
export function shownByName<T extends Named>(rows: readonly T[], namespace: string): readonly T[] {
  const own = new Set(rows.filter((row) => row.integration.namespace === namespace).map(shownName));
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(shownName(row), (counts.get(shownName(row)) ?? 0) + 1);
  return rows.filter((row) => row.integration.namespace === namespace || (!own.has(shownName(row)) && counts.get(shownName(row)) === 1));
}

export function shownName({ connection, integration }: Named): string {
  return nameKey(displayName(connection, integration));
}
