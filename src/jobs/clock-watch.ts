import type { Store } from '../domain/ports/store.ts';

/** A timer that nobody can set, and the moment that it counts from. */
export interface Uptime {
  /** Milliseconds since this machine was started. */
  readonly elapsed: () => number;
  /** Names the start of the machine. Null if the system does not tell; then nothing is compared with what an earlier process saw. */
  readonly boot: string | null;
}

export interface ClockWatch {
  /**
   * How far the store's time ran ahead of the timer since it was last asked, milliseconds; at first since an earlier process on this
   * machine was last running, if the machine has not been started anew. A clock that is set forward ends every lease and key at once,
   * and its high-water mark makes that last: whoever runs the gateway has to hear of it.
   */
  check(): Promise<number>;
}

/** The value for the next process is written again when it has moved by this much, milliseconds. */
const STEP_MS = 1000;

export function createClockWatch(store: Pick<Store, 'now' | 'read' | 'write'>, { elapsed, boot }: Uptime): ClockWatch {
  /** When the machine was started, by the store's time: it stays the same for as long as nobody sets the clock. */
  let started: number | null = null;
  let kept: number | null = null;
  const mark = `boot/${boot}`;
  return {
    async check() {
      const at = Math.round((await store.now()) - elapsed());
      if (started === null && boot !== null) kept = await store.read.clock.find(mark);
      const ahead = started === null ? (kept === null ? 0 : at - kept) : at - started;
      started = at;
      if (boot !== null && (kept === null || Math.abs(at - kept) >= STEP_MS)) {
        await store.write((tx) => tx.clock.set(mark, at));
        kept = at;
      }
      return Math.max(0, ahead);
    },
  };
}
