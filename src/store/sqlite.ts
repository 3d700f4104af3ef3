import SqliteDatabase, { type Database as Handle } from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Clock } from '../domain/clock.ts';
import type { Database, Engine, EngineTransaction } from './engine.ts';
import { databaseCode, isTransient, outcomeUnknown, toStoreError } from './store-error.ts';
import type { Tables } from './tables.ts';
import * as sqliteTables from './tables.sqlite.ts';

/** Most transactions that share one durable commit. */
const BATCH = 64;
const BUSY_ATTEMPTS = 50;
/** The stored high-water mark lags the clock by at most this. */
const HIGH_WATER_STEP_MS = 1000;

interface Member {
  readonly work: (tx: EngineTransaction) => Promise<unknown>;
  readonly settle: (outcome: Outcome) => void;
  /** Undone with others before: it runs by itself now. */
  alone: boolean;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/**
 * better-sqlite3 has one connection and can't hold asynchronous transactions, so a queue owns it. Transactions that wait at
 * the same moment run one after another as savepoints of one transaction, and are acknowledged together after its one durable
 * commit. Reads use a second, read-only connection: on the first they would see uncommitted rows.
 */
export function createSqliteEngine(file: string, clock: Clock): Engine {
  let writer = openWriter(file);
  const readHandle = openReader(file);
  const waiting: Member[] = [];
  let draining = false;
  let closed = false;
  let highWater = readHighWater(writer);

  const now = () => {
    highWater.latest = Math.max(clock.now(), highWater.latest);
    return highWater.latest;
  };

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      const end = waiting.findIndex((member) => member.alone);
      const size = end === 0 ? 1 : Math.min(end === -1 ? waiting.length : end, BATCH);
      await runTogether(waiting.splice(0, size));
    }
    draining = false;
  }

  async function runTogether(members: readonly Member[]): Promise<void> {
    const outcomes: { readonly member: Member; readonly outcome: Outcome }[] = [];
    try {
      await beginImmediate(writer);
      const at = advanceHighWater(writer, highWater, now());
      const tx: EngineTransaction = { db: asDatabase(writer), now: async () => at, lock: async () => {} };
      for (const member of members) {
        const outcome = await runMember(writer, member, tx);
        // SQLITE_FULL and its kin end the whole transaction, savepoints and all: nobody's work is there any more.
        if (!writer.inTransaction) throw 'error' in outcome ? outcome.error : new Error('The transaction ended early.');
        outcomes.push({ member, outcome });
      }
    } catch (error) {
      if (writer.inTransaction) writer.exec('ROLLBACK');
      undone(members, error);
      return;
    }
    try {
      writer.exec('COMMIT');
    } catch (error) {
      if (writer.inTransaction) {
        // A commit that left the transaction open wrote nothing.
        writer.exec('ROLLBACK');
        undone(members, error);
        return;
      }
      reopen();
      for (const { member, outcome } of outcomes) member.settle('error' in outcome ? outcome : { error: outcomeUnknown() });
      return;
    }
    for (const { member, outcome } of outcomes) member.settle(outcome);
  }

  /** Nothing of a shared transaction was kept: each member runs again by itself, so that one's fault is not another's. */
  function undone(members: readonly Member[], error: unknown): void {
    const [only] = members;
    if (members.length === 1 && only !== undefined) {
      only.settle({ error });
      return;
    }
    for (const member of members) member.alone = true;
    waiting.unshift(...members);
  }

  /** After a failed COMMIT the handle can't be trusted with what is in its cache. */
  function reopen(): void {
    try {
      writer.close();
    } finally {
      writer = openWriter(file);
      highWater = readHighWater(writer);
    }
  }

  return {
    name: 'sqlite',
    // The compiler proves in tables.ts that both engines' tables infer the same rows; the builders differ in name only.
    tables: sqliteTables as unknown as Tables,
    reader: asDatabase(readHandle),
    transaction<T>(work: (tx: EngineTransaction) => Promise<T>): Promise<T> {
      if (closed) return Promise.reject(toStoreError(Object.assign(new Error('closed'), { code: 'ECLOSED' })));
      return new Promise<T>((resolve, reject) => {
        const settle = (outcome: Outcome) => {
          if ('error' in outcome) reject(toStoreError(outcome.error));
          // The value is what `work` returned.
          else resolve(outcome.value as T);
        };
        waiting.push({ work, settle, alone: false });
        if (draining) return;
        draining = true;
        // One turn of the loop later, so that requests that arrived together share a commit.
        setImmediate(() => void drain());
      });
    },
    now: async () => now(),
    ping: async () => {
      readHandle.prepare('select 1').get();
    },
    close: async () => {
      closed = true;
      while (draining) await new Promise((resolve) => setImmediate(resolve));
      readHandle.close();
      writer.close();
    },
  };
}

async function runMember(writer: Handle, member: Member, tx: EngineTransaction): Promise<Outcome> {
  writer.exec('SAVEPOINT member');
  try {
    const value = await member.work(tx);
    writer.exec('RELEASE member');
    return { value };
  } catch (error) {
    if (writer.inTransaction) writer.exec('ROLLBACK TO member; RELEASE member');
    return { error };
  }
}

/** Another process holding the write lock must not block the event loop: short waits in between, not SQLite's own. */
async function beginImmediate(writer: Handle): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      writer.exec('BEGIN IMMEDIATE');
      return;
    } catch (error) {
      if (!isTransient(error) || attempt === BUSY_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80));
    }
  }
}

/** Opens the writing connection with every pragma that durability needs, and proves that they took effect: a reopened WAL database falls back to NORMAL. */
export function openWriter(file: string): Handle {
  const handle = new SqliteDatabase(file, { timeout: 50 });
  handle.pragma('journal_mode = WAL');
  handle.pragma('synchronous = FULL');
  handle.pragma('foreign_keys = ON');
  handle.pragma('temp_store = MEMORY');
  handle.pragma('trusted_schema = OFF');
  if (handle.pragma('journal_mode', { simple: true }) !== 'wal' || handle.pragma('synchronous', { simple: true }) !== 2) {
    throw new Error('SQLite did not take journal_mode=WAL and synchronous=FULL.');
  }
  return handle;
}

function openReader(file: string): Handle {
  const handle = new SqliteDatabase(file, { readonly: true, timeout: 50 });
  handle.pragma('query_only = ON');
  handle.pragma('temp_store = MEMORY');
  return handle;
}

function asDatabase(handle: Handle): Database {
  // Drizzle's SQLite builder answers to the same calls for the statements we use; test/contracts/store.ts runs every one on both.
  return drizzle(handle) as unknown as Database;
}

interface HighWater {
  latest: number;
  stored: number;
}

function readHighWater(handle: Handle): HighWater {
  const row = handle.prepare("select high_water as at from clock where id = 'clock'").get();
  const at = typeof row === 'object' && row !== null && 'at' in row ? Number(row.at) : 0;
  return { latest: at, stored: at };
}

function advanceHighWater(handle: Handle, mark: HighWater, at: number): number {
  if (at - mark.stored >= HIGH_WATER_STEP_MS) {
    handle.prepare("insert into clock (id, high_water) values ('clock', ?) on conflict (id) do update set high_water = max(high_water, excluded.high_water)").run(at);
    mark.stored = at;
  }
  return at;
}

export function isNotADatabase(error: unknown): boolean {
  return /^SQLITE_(NOTADB|CORRUPT|CANTOPEN)/.test(databaseCode(error) ?? '');
}
