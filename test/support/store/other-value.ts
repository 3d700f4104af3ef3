import type { Column } from 'drizzle-orm';

/** SQL of another value of a column's type, for a row that is altered past the gateway. */
export function otherValue(column: Column): string {
  const { name } = column;
  const type = column.getSQLType();
  if (type === 'boolean') return `not ${name}`;
  if (column.dataType === 'boolean') return `1 - ${name}`;
  if (type === 'integer' || type === 'bigint') return `coalesce(${name}, 0) + 1`;
  if (type === 'blob') return `x'00' || substr(coalesce(${name}, x'11'), 2) || x'00'`;
  if (type === 'bytea') return `coalesce(${name}, ''::bytea) || '\\x00'::bytea`;
  return `'["altered"]'`;
}
