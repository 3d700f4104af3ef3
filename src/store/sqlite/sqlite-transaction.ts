import type { Database as Handle } from 'better-sqlite3';
import { inTime } from '../../domain/time/in-time.ts';
import type { EngineTransaction } from '../engine.ts';
import { isTransient, StoreError, storageFull, unavailable } from '../store-error.ts';
import { databaseOn, type PrepareStatement } from './sqlite-statements.ts';

/** How long a commit waits for another program that holds the write lock. */
const BUSY_WAIT_MS = 4000;
/** Work that awaits something else than this store would hold up every writer. */
const MEMBER_MS = 10_000;

/** The writing connection and its parsed statements. */
export interface Writer {
  readonly handle: Handle;
  readonly prepare: PrepareStatement;
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * Another program that holds the write lock must not block the event loop, so we wait in short steps instead of using SQLite's own wait.
 */
export async function beginImmediate({ prepare }: Writer): Promise<void> {
  for (let waited = 0; ; ) {
    try {
      prepare('BEGIN IMMEDIATE').rows([]);
      return;
    } catch (error) {
      if (!isTransient(error) || waited >= BUSY_WAIT_MS) throw error;
      const pause = 5 + Math.random() * Math.min(95, 10 + waited);
      waited += pause;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

/**
 * One caller's work inside the open transaction: all of it is kept, or nothing. After some errors SQLite has ended the transaction
 * itself; the caller looks at `handle.inTransaction`.
 */
export async function runAsSavepoint(
  { handle, prepare }: Writer,
  work: (tx: EngineTransaction) => Promise<unknown>,
  at: number,
): Promise<Outcome> {
  let ended = false;
  const mayRun = () => {
    if (ended) throw new StoreError('LATE_STATEMENT');
    // Outside of a transaction SQLite would commit the statement at once.
    if (!handle.inTransaction) throw storageFull();
  };
  const tx: EngineTransaction = {
    db: databaseOn(prepare, mayRun),
    async rows(_name, text, values) {
      mayRun();
      return prepare(text).rows(values);
    },
    now: async () => at,
    lock: async () => {},
    tryLock: async () => true,
  };
  prepare('SAVEPOINT member').rows([]);
  try {
    const value = await inTime(work(tx), MEMBER_MS, unavailable);
    ended = true;
    prepare('RELEASE member').rows([]);
    return { value };
  } catch (error) {
    ended = true;
    if (handle.inTransaction) handle.exec('ROLLBACK TO member; RELEASE member');
    return { error };
  }
}
