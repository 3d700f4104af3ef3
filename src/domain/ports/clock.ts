/** Epoch milliseconds from wherever the caller gets its time; a test's clock passes three hours at once. */
export interface Clock {
  now(): number;
  /** Milliseconds of a timer that nobody can set. With it, time goes on while the clock itself has been set back. */
  elapsed?(): number;
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
