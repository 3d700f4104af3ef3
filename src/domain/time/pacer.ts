/** How long maintenance may keep the event loop to itself, milliseconds. */
const MOST_MS = 10;

/**
 * Lets other requests in while long work goes on. The embedded store answers without yielding to the event loop, so work that only awaits
 * the store would hold up every request until it has ended.
 */
export interface Pacer {
  /** Yields to the event loop if this work has kept it for long enough. */
  pause(): Promise<void>;
  /** Whether `pause` would yield now. */
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
