import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { MIGRATIONS_TABLE } from '../migrations.ts';
import type { Writer } from './sqlite-transaction.ts';

const PAGE_BYTES = 4096;
/**
 * When fewer free pages than the first number (1 MiB) are left, they are filled up to the second: enough for some hundred reads of leases
 * with their audit rows.
 */
const LEAST_PAGES = 256;
const FILLED_PAGES = 384;
/** With less room than this on the disk it counts as full, before it is. */
const LEAST_BYTES = LEAST_PAGES * PAGE_BYTES;
/** What filling may take: of the file, and of its log. */
const FILLING_BYTES = 2 * FILLED_PAGES * PAGE_BYTES;
const LOOK_MS = 1000;

/**
 * Space that a full disk can't take away: free pages in the file, which SQLite uses before it lets the file grow, and a log file that has
 * already been that large. While the disk is full, ordinary writes are refused, so that jobs can go on to use their leases.
 */
export interface SqliteReserve {
  /** Whether ordinary writes are to be refused now. Looks at the disk at most once a second. */
  isFull(): boolean;
  /** A write found no room: it is looked for now. */
  lookAgain(): void;
  /**
   * Call it before a transaction. On a full disk it frees the log for that transaction; otherwise it refills the reserve. Throws when that
   * fails; the transaction may be tried all the same.
   */
  keep(writer: Writer): void;
}

export function createSqliteReserve(file: string): SqliteReserve {
  const folder = dirname(file);
  let freeBytes = 0;
  let lookAt = -Infinity;
  let fillAt = -Infinity;
  /** False until it was filled since the start: a log is removed with the process that made it. */
  let isFilled = false;
  /** Part of the reserve was used, and there is no space to refill it. */
  let isShort = false;

  function look(): number {
    const now = performance.now();
    if (now >= lookAt) {
      lookAt = now + LOOK_MS;
      freeBytes = freeBytesIn(folder);
    }
    return freeBytes;
  }

  function isFull(): boolean {
    return look() < (isShort ? FILLING_BYTES : LEAST_BYTES);
  }

  return {
    isFull,
    lookAgain() {
      lookAt = -Infinity;
    },
    keep(writer) {
      isShort = !isFilled || freePages(writer) < LEAST_PAGES;
      // Pages that are in the log alone, for want of room in the file, would keep the log from ever being used anew.
      if (isFull()) writer.handle.pragma('wal_checkpoint(PASSIVE)');
      else if (isShort && performance.now() >= fillAt) {
        fillAt = performance.now() + LOOK_MS;
        fillReserve(writer);
        // Only what failed waits for its next try.
        fillAt = -Infinity;
        isFilled = true;
        isShort = false;
      }
    },
  };
}

/** What a disk that can't be asked has is found out by writing. */
function freeBytesIn(folder: string): number {
  try {
    const { bavail, bsize, blocks } = statfsSync(folder);
    return blocks === 0 ? Infinity : bavail * bsize;
  } catch {
    return Infinity;
  }
}

function freePages({ prepare }: Writer): number {
  return Number(prepare('pragma freelist_count').rows([])[0]?.[0]);
}

/** One transaction that adds a large row and deletes it: its pages go through the log into the file, zeroed, and stay there as free ones. */
function fillReserve({ handle, prepare }: Writer): void {
  handle.exec('BEGIN IMMEDIATE');
  prepare(`insert into ${MIGRATIONS_TABLE} (hash) values (zeroblob(?))`).rows([FILLED_PAGES * PAGE_BYTES]);
  prepare(`delete from ${MIGRATIONS_TABLE} where id = last_insert_rowid()`).rows([]);
  handle.exec('COMMIT');
  handle.pragma('wal_checkpoint(PASSIVE)');
}
