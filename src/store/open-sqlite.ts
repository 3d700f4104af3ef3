import { existsSync, mkdirSync, openSync, readSync, closeSync, statSync } from 'node:fs';
import { join } from 'node:path';
import SqliteDatabase, { type Database as Handle } from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { systemClock } from '../domain/clock.ts';
import { StartupError } from '../domain/startup-error.ts';
import type { InstanceRow } from '../domain/store.ts';
import { createStore } from './create-store.ts';
import { MIGRATIONS_TABLE, migrationsFolder, newerSchema, newestMigration } from './migrations.ts';
import type { OpenedStore, OpenStoreOptions } from './open-store.ts';
import { createSqliteEngine, openWriter } from './sqlite.ts';

/** "CHG1": marks the file as ours. */
const APPLICATION_ID = 0x43484731;
/** Larger files are not read through at start. */
const CHECKED_BYTES = 64 * 1024 * 1024;

export async function openSqliteStore(dataDir: string, options: OpenStoreOptions): Promise<OpenedStore> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'changeover.db');
  const lock = takeWriterLock(dataDir);
  try {
    const stored = existsSync(file) ? inspect(file) : null;
    const instance = options.verifyInstance(stored?.instance ?? null);
    await prepare(file, instance, stored);
    const store = createStore(createSqliteEngine(file, options.clock === 'system' ? systemClock : options.clock));
    return {
      instance,
      store: {
        ...store,
        close: async () => {
          await store.close();
          lock.close();
        },
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** One process writes. The lock is the operating system's, so a killed process leaves none behind. */
function takeWriterLock(dataDir: string): Handle {
  const lock = new SqliteDatabase(join(dataDir, 'changeover.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch {
    lock.close();
    throw new StartupError(`Another Changeover process is using ${dataDir}. Stop it, or give this one another CHANGEOVER_DATA_DIR.`, 75);
  }
}

interface Inspected {
  readonly instance: InstanceRow | null;
  readonly migratedTo: number;
}

/** Looks at an existing file through a read-only handle: one that is refused stays as it is, byte for byte. */
function inspect(file: string): Inspected {
  const refuse = (why: string): never => {
    throw new StartupError(`${file} ${why}. Restore it from a backup, or move it away to start anew; nothing was written.`);
  };
  if (!statSync(file).isFile()) refuse('is not a regular file');
  if (!hasSqliteHeader(file)) refuse('is not a SQLite database');
  let handle: Handle;
  try {
    handle = new SqliteDatabase(file, { readonly: true, fileMustExist: true, timeout: 50 });
  } catch {
    return refuse('can\'t be opened');
  }
  try {
    if (handle.pragma('application_id', { simple: true }) !== APPLICATION_ID) refuse('is not a Changeover store');
    if (statSync(file).size <= CHECKED_BYTES && handle.pragma('quick_check(1)', { simple: true }) !== 'ok') refuse('is damaged');
    const migratedTo = Number(handle.prepare(`select max(created_at) as at from ${MIGRATIONS_TABLE}`).pluck().get() ?? 0);
    if (migratedTo > newestMigration('sqlite')) throw new StartupError(newerSchema(file));
    const row = drizzleInstance(handle);
    return { instance: row, migratedTo };
  } catch (error) {
    if (error instanceof StartupError) throw error;
    return refuse('is damaged');
  } finally {
    handle.close();
  }
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

function drizzleInstance(handle: Handle): InstanceRow | null {
  const row = handle.prepare('select id, kid, key_check as keyCheck, created_at as createdAt from instance limit 1').get();
  // The columns are those of the instance table, written by `prepare` below.
  return (row as InstanceRow | undefined) ?? null;
}

/** Marks, migrates (after a backup, when there is something to lose) and inserts the instance of a new store. */
async function prepare(file: string, instance: InstanceRow, stored: Inspected | null): Promise<void> {
  const handle = openWriter(file);
  try {
    if (stored === null) handle.pragma(`application_id = ${APPLICATION_ID}`);
    else if (stored.migratedTo < newestMigration('sqlite')) await handle.backup(`${file}.before-${newestMigration('sqlite')}`);
    migrate(drizzle(handle), { migrationsFolder: migrationsFolder('sqlite'), migrationsTable: MIGRATIONS_TABLE });
    handle.prepare('insert into instance (id, kid, key_check, created_at) select ?, ?, ?, ? where not exists (select 1 from instance)').run(instance.id, instance.kid, instance.keyCheck, instance.createdAt);
  } finally {
    handle.close();
  }
}
