/** Epoch milliseconds from wherever the caller gets its time; a test's clock passes three hours at once. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
