/** The vendor's types of connections, each one of our kinds. */
export const TYPES = { ORACLE: 'oracle', SQL_SERVER: 'sql-server', POSTGRESQL: 'postgres', MONGODB: 'mongodb', MYSQL: 'mysql' } as const;

export type Type = keyof typeof TYPES;

export const TYPE_NAMES = Object.keys(TYPES) as [Type, ...Type[]];

export const KINDS: readonly string[] = Object.values(TYPES);

export function isType(value: unknown): value is Type {
  return typeof value === 'string' && Object.hasOwn(TYPES, value);
}

/** Null for a kind that the vendor does not have. */
export function typeOfKind(kind: string): Type | null {
  return TYPE_NAMES.find((type) => TYPES[type] === kind) ?? null;
}
