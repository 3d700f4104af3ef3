/** How long operations may keep the event loop to themselves, milliseconds. */
const MOST_MS = 50;

/**
 * Operations that arrive together run one after another without yielding to the event loop, and until they end nothing else runs: no
 * probe, no lease, no end of a deadline. So an operation waits for the next yield when the others have taken long enough.
 */
export interface EventLoopYield {
  /** Whether an operation has to wait for `next` before it runs. */
  isSpent(): boolean;
  next(): Promise<void>;
}

export function createEventLoopYield(mostMs = MOST_MS, now: () => number = () => performance.now()): EventLoopYield {
  let began: number | null = null;
  return {
    isSpent() {
      const at = now();
      if (began !== null) return at - began > mostMs;
      began = at;
      setImmediate(() => {
        began = null;
      });
      return false;
    },
    next: () => new Promise((resolve) => setImmediate(resolve)),
  };
}
