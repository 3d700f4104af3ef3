/**
 * Gives rows their domain type. It holds because every row was written by this folder from that very type: JSON columns hold
 * what was given, text columns of closed lists hold their members, and names, nullability and primitives are those of tables.ts.
 */
export function trusted<T>(rows: readonly object[]): readonly T[] {
  return rows as readonly T[];
}

export function first<T>(rows: readonly object[]): T | null {
  return (rows[0] as T | undefined) ?? null;
}
