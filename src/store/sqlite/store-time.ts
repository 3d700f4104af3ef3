import type { Database as Handle } from 'better-sqlite3';
import type { Clock } from '../../domain/ports/clock.ts';

/** How far the stored mark may be behind the store's time while the store is in use, milliseconds. */
const STEP_MS = 1000;

/**
 * Time on SQLite: the clock's, but never behind the highest time that was stored, so that a clock set back revives nothing that
 * has expired, neither at once nor after a restart. While the clock is behind, time goes on by a timer that nobody can set.
 */
export interface StoreTime {
  now(): number;
  /** True when the stored mark has fallen behind. */
  isDue(): boolean;
  /** Stores the mark, inside a transaction; `confirm` once that is committed. */
  store(handle: Handle, at: number): void;
  confirm(at: number): void;
}

export function createStoreTime(clock: Clock, handle: Handle): StoreTime {
  let stored = readMark(handle);
  let latest = stored;
  /** Where the timer was when the clock was last believed. */
  let believed = { at: stored, elapsed: clock.elapsed?.() ?? 0 };
  const now = () => {
    const wall = Math.floor(clock.now());
    const elapsed = clock.elapsed?.() ?? 0;
    const byTimer = believed.at + Math.floor(elapsed - believed.elapsed);
    if (wall >= byTimer) believed = { at: wall, elapsed };
    latest = Math.max(latest, wall, byTimer);
    return latest;
  };
  return {
    now,
    isDue: () => latest - stored >= STEP_MS,
    store(writer, at) {
      writer
        .prepare(
          "insert into clock (id, high_water) values ('clock', ?) on conflict (id) do update set high_water = max(high_water, excluded.high_water)",
        )
        .run(at);
    },
    confirm(at) {
      stored = Math.max(stored, at);
    },
  };
}

function readMark(handle: Handle): number {
  const at = handle.prepare("select high_water from clock where id = 'clock'").pluck().get();
  return typeof at === 'number' ? at : 0;
}
