import { bigint, boolean, check, customType, index, integer, pgTable, primaryKey, uniqueIndex } from 'drizzle-orm/pg-core';
import { requireStorable } from './storable.ts';
import { readJson, writeJson } from './stored-json.ts';

const text = customType<{ data: string; driverData: string }>({ dataType: () => 'text', toDriver: requireStorable });
const json = customType<{ data: unknown; driverData: string }>({ dataType: () => 'text', toDriver: writeJson, fromDriver: readJson });
const bytes = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  toDriver: (value) => value,
  // PGlite answers with a plain Uint8Array.
  fromDriver: (value) => (Buffer.isBuffer(value) ? value : Buffer.from(value.buffer, value.byteOffset, value.byteLength)),
});

/** The functions that make tables and columns on PostgreSQL. */
export const postgresDialect = {
  table: pgTable,
  index,
  uniqueIndex,
  primaryKey,
  check,
  columns: {
    text: (name: string) => text(name),
    json: (name: string) => json(name),
    bytes: (name: string) => bytes(name),
    flag: (name: string) => boolean(name),
    count: (name: string) => integer(name),
    time: (name: string) => bigint(name, { mode: 'number' }),
  },
};

export type Dialect = typeof postgresDialect;
