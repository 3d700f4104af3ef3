/** How long operations may keep the event loop to themselves, milliseconds. */
const MOST_MS = 50;

/**
 * Operations that arrive together run one after another in a single turn of the event loop, in which nothing else is heard: no probe,
 * no lease, no end of a deadline. Those that come late in a turn that has lasted for long wait for the next.
 */
export interface EventLoopYield {
  /** True of what has to wait for `next`. */
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
