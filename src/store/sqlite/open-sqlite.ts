import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Database as Handle } from 'better-sqlite3';
import { StartupError } from '../../domain/errors/startup-error.ts';
import { systemClock } from '../../domain/ports/clock.ts';
import type { InstanceRow } from '../../domain/ports/instance-store.ts';
import { createStore } from '../create-store.ts';
import { diskRefusal } from '../files/disk-refusal.ts';
import { makeDataDir } from '../files/make-data-dir.ts';
import { MIGRATIONS_TABLE, migrationsAfter, newestMigration } from '../migrations.ts';
import type { OpenedStore, OpenStoreOptions } from '../opened-store.ts';
import { databaseCode } from '../store-error.ts';
import { APPLICATION_ID, type InspectedStore, inspectSqlite } from './inspect-sqlite.ts';
import { createSqliteEngine } from './sqlite.ts';
import { openWriter } from './sqlite-handles.ts';
import { storeFileIn } from './store-file.ts';
import { takeWriterLock } from './writer-lock.ts';

/** Opens the embedded store, or makes it. Throws StartupError with one line. */
export async function openSqliteStore(dataDir: string, options: OpenStoreOptions): Promise<OpenedStore> {
  try {
    makeDataDir(dataDir);
    const lock = takeWriterLock(dataDir);
    try {
      return await openLocked(storeFileIn(dataDir), options, lock.release);
    } catch (error) {
      lock.release();
      throw error;
    }
  } catch (error) {
    if (error instanceof StartupError) throw error;
    const code = databaseCode(error);
    if (code === null) throw error;
    const refusal = diskRefusal(`The store in ${dataDir}`, code);
    if (refusal !== null) throw refusal;
    throw new StartupError(
      `The store in ${dataDir} can't be opened (${code}). Check that the folder exists, belongs to this user and has space.`,
    );
  }
}

async function openLocked(file: string, options: OpenStoreOptions, release: () => void): Promise<OpenedStore> {
  const stored = existsSync(file) ? inspectSqlite(file) : null;
  const instance = options.verifyInstance(stored?.instance ?? null, stored?.upgrades ?? []);
  if (stored === null) makeStore(file, instance);
  else await upgrade(file, stored);
  const store = createStore(createSqliteEngine(file, options.clock === 'system' ? systemClock : options.clock));
  return {
    instance,
    store: {
      ...store,
      async close() {
        await store.close();
        release();
      },
    },
  };
}

/**
 * A new store is made under another name and renamed when it is complete: a first start that is killed leaves nothing that the next one
 * would refuse.
 */
function makeStore(file: string, instance: InstanceRow): void {
  const draft = `${file}.new`;
  for (const leftover of [draft, `${draft}-wal`, `${draft}-shm`, `${draft}-journal`]) rmSync(leftover, { force: true });
  // SQLite gives its side files the mode of the file itself.
  closeSync(openSync(draft, 'wx', 0o600));
  const handle = openWriter(draft);
  try {
    handle.pragma(`application_id = ${APPLICATION_ID}`);
    migrate(handle, 0, instance);
    // Closing does this, too, and is silent when the disk is full: the file would take its name without what is still in its log.
    handle.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    handle.close();
  }
  renameSync(draft, file);
  syncFolderOf(file);
}

/** Migrates an existing store, after a copy of it was made: the way back if the new release does not suit. */
async function upgrade(file: string, { migratedTo }: InspectedStore): Promise<void> {
  if (migratedTo >= newestMigration('sqlite')) return;
  const handle = openWriter(file);
  try {
    const backup = `${file}.before-${newestMigration('sqlite')}`;
    rmSync(backup, { force: true });
    await handle.backup(backup);
    chmodSync(backup, 0o600);
    migrate(handle, migratedTo, null);
  } finally {
    handle.close();
  }
}

/** One transaction: all steps and the instance of a new store, or nothing. */
function migrate(handle: Handle, from: number, instance: InstanceRow | null): void {
  handle.exec('BEGIN IMMEDIATE');
  try {
    handle.exec(`create table if not exists ${MIGRATIONS_TABLE} (id integer primary key, hash text not null, created_at numeric)`);
    for (const { at, hash, statements } of migrationsAfter('sqlite', from)) {
      for (const statement of statements) handle.exec(statement);
      handle.prepare(`insert into ${MIGRATIONS_TABLE} (hash, created_at) values (?, ?)`).run(hash, at);
    }
    if (instance !== null)
      handle
        .prepare('insert into instance (id, kid, key_check, created_at) values (?, ?, ?, ?)')
        .run(instance.id, instance.kid, instance.keyCheck, instance.createdAt);
    handle.exec('COMMIT');
  } catch (error) {
    if (handle.inTransaction) handle.exec('ROLLBACK');
    throw error;
  }
}

function syncFolderOf(file: string): void {
  const folder = openSync(join(file, '..'), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
