/** Epoch milliseconds from wherever the caller gets its time; a test's clock can pass three hours at once. */
export interface Clock {
  now(): number;
  /** Milliseconds of a timer that nobody can set. With it, time still advances after the clock was set back. */
  elapsed?(): number;
}

export const systemClock: Clock = { now: () => Date.now(), elapsed: () => performance.now() };
