import type { Database as Handle } from 'better-sqlite3';
import type { Clock } from '../../domain/ports/clock.ts';
import type { WriteOptions } from '../../domain/ports/store.ts';
import type { Engine, EngineTransaction } from '../engine.ts';
import { createLocalNotifications } from '../local-notifications.ts';
import { newestMigration } from '../migrations.ts';
import { databaseCode, isDiskRefusal, isTransient, outcomeUnknown, storageFull, toStoreError, unavailable } from '../store-error.ts';
import { sqliteTables } from '../tables/tables.ts';
import { compareTablesInUse } from './compare-sqlite-schema.ts';
import { openReader, openWriter } from './sqlite-handles.ts';
import { createSqliteReserve } from './sqlite-reserve.ts';
import { databaseOn, preparedOn } from './sqlite-statements.ts';
import { beginImmediate, type Outcome, runAsSavepoint, type Writer } from './sqlite-transaction.ts';
import { createStoreTime } from './store-time.ts';

/** How many transactions may share one durable commit. */
const BATCH = 64;

interface Member {
  readonly work: (tx: EngineTransaction) => Promise<unknown>;
  readonly settle: (outcome: Outcome) => void;
  readonly usesReserve: boolean;
  /** It was rolled back together with others before, so it runs alone now. */
  alone: boolean;
}

/**
 * better-sqlite3 has one connection and can't hold asynchronous transactions, so a queue owns it. Transactions that wait at
 * the same moment run one after another as savepoints of one transaction, and are acknowledged together after its one durable
 * commit. Reads use a second, read-only connection: on the first they would see uncommitted rows. `open` opens the writer.
 */
export function createSqliteEngine(file: string, clock: Clock, open: (file: string) => Handle = openWriter): Engine {
  const openPrepared = (): Writer => {
    const handle = open(file);
    return { handle, prepare: preparedOn(handle) };
  };
  let writer: Writer | null = openPrepared();
  const time = createStoreTime(clock, writer.handle);
  const reserve = createSqliteReserve(file);
  const readHandle = openReader(file);
  const reading = preparedOn(readHandle);
  const waiting: Member[] = [];
  let draining: Promise<void> | null = null;
  let closed = false;

  function enqueue(member: Member): void {
    waiting.push(member);
    draining ??= drain();
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // A yield to the event loop: requests that arrived together share a commit, and other work gets in between writers.
      await new Promise((resolve) => setImmediate(resolve));
      const members = waiting.splice(0, batchSize());
      for (const [member, outcome] of await runTogether(members)) member.settle(outcome);
    }
    draining = null;
  }

  function batchSize(): number {
    const end = waiting.findIndex((member) => member.alone);
    return end === 0 ? 1 : Math.min(end === -1 ? waiting.length : end, BATCH);
  }

  /** Never throws. Members that have to run again are given back to the queue and left out of the answer. */
  async function runTogether(members: readonly Member[]): Promise<ReadonlyMap<Member, Outcome>> {
    const all = (error: unknown) => new Map(members.map((member) => [member, { error }]));
    let current: Writer;
    try {
      current = writer ??= openPrepared();
      keepReserve(current);
      current = writer ??= openPrepared();
      const refused = reserve.isFull() ? members.filter(({ usesReserve }) => !usesReserve) : [];
      if (refused.length > 0) return refuse(members, refused);
      await beginImmediate(current);
    } catch (error) {
      if (isDiskRefusal(databaseCode(error))) reserve.lookAgain();
      return all(error);
    }
    const outcomes = new Map<Member, Outcome>();
    const at = time.now();
    const isDue = time.isDue();
    try {
      if (isDue) time.store(current.handle, at);
      for (const member of members) {
        const outcome = await runAsSavepoint(current, member.work, at);
        // SQLITE_FULL and its kin end the whole transaction, savepoints and all: nobody's work is there any more.
        if (!current.handle.inTransaction) throw 'error' in outcome ? outcome.error : storageFull();
        outcomes.set(member, outcome);
      }
    } catch (error) {
      abandon(current);
      return undone(members, error);
    }
    try {
      current.prepare('COMMIT').rows([]);
    } catch (error) {
      // A commit that left the transaction open wrote nothing. Nor did one that found no space: a fault of fsync has another code.
      const unwritten = current.handle.inTransaction || databaseCode(error) === 'SQLITE_FULL';
      // After this error the page cache of the handle can't be trusted.
      abandon(current);
      writer = null;
      closeQuietly(current.handle);
      if (unwritten) return undone(members, error);
      const failed = members.filter((member) => 'error' in (outcomes.get(member) ?? {}));
      if (failed.length === members.length) return outcomes;
      // The refusal may come from the work of another member, and nobody knows whether that was kept.
      runAgain(failed);
      return new Map(members.filter((member) => !failed.includes(member)).map((member) => [member, { error: outcomeUnknown() }]));
    }
    if (isDue) time.confirm(at);
    return outcomes;
  }

  /** Without the reserve, what does not fit on the disk fails. Any other failure is reported to the transaction that meets it. */
  function keepReserve(current: Writer): void {
    try {
      reserve.keep(current);
    } catch (error) {
      abandon(current);
      // After a failed commit the cache of the handle can't be trusted.
      if (isTransient(error) || writer === null) return;
      writer = null;
      closeQuietly(current.handle);
    }
  }

  /** Transactions that may use the reserve run apart from those that may not. */
  function refuse(members: readonly Member[], refused: readonly Member[]): ReadonlyMap<Member, Outcome> {
    waiting.unshift(...members.filter((member) => !refused.includes(member)));
    return new Map(refused.map((member) => [member, { error: storageFull() }]));
  }

  /** Nothing was saved. Transactions that may use the reserve get it freed first, in case the disk has just become full. */
  function undone(members: readonly Member[], error: unknown): ReadonlyMap<Member, Outcome> {
    const isDisk = isDiskRefusal(databaseCode(error));
    if (isDisk) reserve.lookAgain();
    const mayRunAgain = members.length > 1 || members.some(({ usesReserve, alone }) => isDisk && usesReserve && !alone);
    return mayRunAgain ? runAgain(members) : new Map(members.map((member) => [member, { error }]));
  }

  function abandon({ handle }: Writer): void {
    try {
      if (handle.inTransaction) handle.exec('ROLLBACK');
    } catch {
      writer = null;
      closeQuietly(handle);
    }
  }

  /**
   * Nothing of these members of a shared transaction was saved: each runs again by itself, so that one's failure does not affect another.
   */
  function runAgain(members: readonly Member[]): ReadonlyMap<Member, Outcome> {
    for (const member of members) member.alone = true;
    waiting.unshift(...members);
    return new Map();
  }

  return {
    name: 'sqlite',
    tables: sqliteTables,
    // One process owns the file.
    notifications: createLocalNotifications(),
    reader: { db: databaseOn(reading), rows: async (_name, text, values) => reading(text).rows(values) },
    transaction<T>(work: (tx: EngineTransaction) => Promise<T>, { usesReserve = false }: WriteOptions = {}): Promise<T> {
      if (closed) return Promise.reject(unavailable());
      if (!usesReserve && reserve.isFull()) return Promise.reject(storageFull());
      return new Promise<T>((resolve, reject) => {
        const settle = (outcome: Outcome) => {
          if ('error' in outcome) reject(toStoreError(outcome.error));
          // The value is what `work` returned.
          else resolve(outcome.value as T);
        };
        enqueue({ work, settle, alone: false, usesReserve });
      });
    },
    async now() {
      const at = time.now();
      // Reads move the stored mark, too. If that fails, the next writer is told.
      if (time.isDue() && draining === null && !closed)
        enqueue({ work: async () => {}, settle: () => {}, alone: false, usesReserve: true });
      return at;
    },
    ping: async () => {
      reading('select 1').get();
      if (reserve.isFull()) throw storageFull();
    },
    schemaDifference: async () => compareTablesInUse(readHandle, newestMigration('sqlite')),
    close: async () => {
      closed = true;
      await draining;
      readHandle.close();
      writer?.handle.close();
    },
  };
}

function closeQuietly(handle: Handle): void {
  try {
    handle.close();
  } catch {
    // The handle is dropped either way.
  }
}
