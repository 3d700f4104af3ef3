import type { Database as Handle } from 'better-sqlite3';
import { openDatabase } from './sqlite-driver.ts';

/**
 * Opens the writing connection with every pragma that durability needs, and proves that they took effect: a reopened WAL
 * database falls back to NORMAL, which loses acknowledged commits with the power.
 */
export function openWriter(file: string): Handle {
  const handle = openDatabase(file, { timeout: 50 });
  try {
    handle.pragma('journal_mode = WAL');
    handle.pragma('synchronous = FULL');
    handle.pragma('foreign_keys = ON');
    // Destroyed ciphertext is overwritten, not merely unlinked from its row.
    handle.pragma('secure_delete = ON');
    handle.pragma('journal_size_limit = 67108864');
    harden(handle);
    requireDurable(handle);
    // From here on the engine waits for locks itself: SQLite's own wait would block the event loop.
    handle.pragma('busy_timeout = 0');
    return handle;
  } catch (error) {
    handle.close();
    throw error;
  }
}

function requireDurable(handle: Handle): void {
  const found = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete'].map((name) => handle.pragma(name, { simple: true }));
  if (found.join() !== 'wal,2,1,1')
    throw new Error('SQLite did not take journal_mode=WAL, synchronous=FULL, foreign_keys=ON and secure_delete=ON.');
}

/** A connection that sees committed rows only, and can't write. */
export function openReader(file: string): Handle {
  const handle = openDatabase(file, { readonly: true, fileMustExist: true, timeout: 50 });
  handle.pragma('query_only = ON');
  handle.pragma('cache_size = -16384');
  harden(handle);
  return handle;
}

function harden(handle: Handle): void {
  handle.pragma('temp_store = MEMORY');
  handle.pragma('trusted_schema = OFF');
  handle.pragma('cell_size_check = ON');
}
