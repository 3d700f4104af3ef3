import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import type { Database as Handle } from 'better-sqlite3';
import { StartupError } from '../../domain/errors/startup-error.ts';
import type { InstanceRow } from '../../domain/ports/instance-store.ts';
import type { UpgradeRecord } from '../../domain/ports/vault.ts';
import { diskRefusal } from '../files/disk-refusal.ts';
import { MIGRATIONS_TABLE, newerSchema, newestMigration } from '../migrations.ts';
import { refusalOf } from '../schema-difference.ts';
import { databaseCode } from '../store-error.ts';
import { compareSqliteSchema } from './compare-sqlite-schema.ts';
import { openDatabase } from './sqlite-driver.ts';

/** "CHG1": marks the file as ours. */
export const APPLICATION_ID = 0x43484731;
/** Larger files are not read through at start. */
const CHECKED_BYTES = 64 * 1024 * 1024;
const SIDE_FILES = ['-wal', '-shm'];

export interface InspectedStore {
  readonly instance: InstanceRow;
  /** Of a rotation of the master key, in their order. */
  readonly upgrades: readonly UpgradeRecord[];
  /** Time stamp of the newest migration that it has. */
  readonly migratedTo: number;
}

/** Inspects an existing file through a read-only handle: a file that is refused stays as it is, byte for byte. Throws StartupError. */
export function inspectSqlite(file: string): InspectedStore {
  if (!statSync(file).isFile()) throw refused(file, 'is not a regular file');
  if (!hasSqliteHeader(file)) throw refused(file, 'is not a SQLite database');
  // Reading a WAL database makes these two, even read-only.
  const made = SIDE_FILES.map((suffix) => `${file}${suffix}`).filter((side) => !existsSync(side));
  try {
    return inspectWith(file);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    if (databaseCode(error)?.startsWith('SQLITE_BUSY'))
      throw new StartupError(`${file} is locked by another program. Stop it, then start again.`, 75);
    // A full or read-only disk says nothing about the store on it, and nobody should be told to move the store away because of it.
    throw diskRefusal(file, databaseCode(error)) ?? refused(file, 'is damaged');
  } finally {
    for (const side of made) rmSync(side, { force: true });
  }
}

function refused(file: string, why: string): StartupError {
  return new StartupError(`${file} ${why}. Restore it from a backup, or move it away to start anew; nothing was written.`);
}

function hasSqliteHeader(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const header = Buffer.alloc(16);
    return readSync(descriptor, header, 0, 16, 0) === 16 && header.toString('latin1') === 'SQLite format 3\0';
  } finally {
    closeSync(descriptor);
  }
}

function inspectWith(file: string): InspectedStore {
  const handle = openDatabase(file, { readonly: true, fileMustExist: true, timeout: 50 });
  try {
    handle.pragma('cell_size_check = ON');
    if (handle.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw refused(file, 'is not a Changeover store');
    if (statSync(file).size <= CHECKED_BYTES && handle.pragma('quick_check(1)', { simple: true }) !== 'ok')
      throw refused(file, 'is damaged');
    const migratedTo = Number(handle.prepare(`select max(created_at) as at from ${MIGRATIONS_TABLE}`).pluck().get() ?? 0);
    if (migratedTo > newestMigration('sqlite')) throw new StartupError(newerSchema(file));
    const instance = readInstance(handle) ?? missing(file);
    const difference = compareSqliteSchema(handle, migratedTo);
    if (difference !== null) throw new StartupError(refusalOf(file, difference));
    return { instance, upgrades: readUpgrades(handle), migratedTo };
  } finally {
    handle.close();
  }
}

function readInstance(handle: Handle): InstanceRow | null {
  const row = handle.prepare('select id, kid, key_check as keyCheck, created_at as createdAt from instance limit 1').get();
  // The columns are those of the instance table, whose only row was inserted with the first migration.
  return (row as InstanceRow | undefined) ?? null;
}

function readUpgrades(handle: Handle): readonly UpgradeRecord[] {
  // The columns are those of the table of keys.
  return handle
    .prepare(
      "select generation, kid, wrapped from data_keys where owner = (select id from instance) and purpose = 'upgrade' order by generation",
    )
    .all() as readonly UpgradeRecord[];
}

function missing(file: string): never {
  throw refused(file, 'has lost the row that says which master key opens it');
}
