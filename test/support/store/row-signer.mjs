// Signs rows as the gateway does, for tests that hasten time past it: the key is unwrapped from the store with the master key.
import { createHmac } from 'node:crypto';
import { getTableColumns } from 'drizzle-orm';
import { keyEncryptionKey, lengthPrefixed } from '../../../build/crypto/derive.js';
import { open } from '../../../build/crypto/envelope.js';
import { textOf } from '../../../build/store/sql/signing/row-mac.js';

/** `key` is the row of data_keys of purpose `row`; it is the same key after a rotation of the master key. */
export function rowSigner(masterKey, { owner, purpose, generation, wrapped }) {
  const associated = lengthPrefixed([purpose, owner, owner, String(generation)]);
  const key = open(keyEncryptionKey(masterKey, owner), wrapped, associated);
  return (table, row) => createHmac('sha256', key).update(textOf(table, row)).digest();
}

/** A row as the driver gives it, by the names and types that the store has for its columns. */
export function asRow(table, raw) {
  return Object.fromEntries(
    Object.entries(getTableColumns(table)).map(([key, column]) => {
      const value = raw[column.name];
      return [key, value === null || value === undefined ? null : column.mapFromDriverValue(value)];
    }),
  );
}

/** Bytes as SQL of either engine. */
export function bytesOf(bytes, isSqlite) {
  return isSqlite ? `x'${bytes.toString('hex')}'` : `'\\x${bytes.toString('hex')}'::bytea`;
}
