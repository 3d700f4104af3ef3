/** How long maintenance may keep the event loop to itself, milliseconds. */
const MOST_MS = 10;

/**
 * Lets others in while long work goes on: the embedded store answers within the very turn of the event loop, so work that only awaits
 * the store would hold up every request until it has ended.
 */
export interface Pacer {
  /** Waits for the next turn of the event loop, if this work has had the present one for long. */
  pause(): Promise<void>;
  /** The turn has lasted for as long as it may; `pause` would wait. */
  isDue(): boolean;
}

export function createPacer(now: () => number = () => performance.now()): Pacer {
  let began = now();
  const isDue = () => now() - began >= MOST_MS;
  return {
    isDue,
    async pause() {
      if (!isDue()) return;
      await new Promise((resolve) => setImmediate(resolve));
      began = now();
    },
  };
}
