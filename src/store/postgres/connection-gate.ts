import { unavailable } from '../store-error.ts';

/** How many connections there are, how many callers may wait for one, and how long. */
export interface PoolLimits {
  readonly connections: number;
  readonly waiters: number;
  readonly waitMs: number;
}

/** Lets in as many callers as there are connections. */
export interface Gate {
  /** Throws UNAVAILABLE when too many wait, or after the longest wait. */
  enter(): Promise<void>;
  leave(): void;
}

export function createGate({ connections, waiters, waitMs }: PoolLimits): Gate {
  let inside = 0;
  const waiting = new Set<() => void>();
  return {
    async enter() {
      if (inside < connections) {
        inside += 1;
        return;
      }
      if (waiting.size >= waiters) throw unavailable();
      await new Promise<void>((resolve, reject) => {
        const admit = () => {
          clearTimeout(timer);
          waiting.delete(admit);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(admit);
          reject(unavailable());
        }, waitMs);
        waiting.add(admit);
      });
    },
    leave() {
      const [next] = waiting;
      if (next === undefined) inside -= 1;
      // The place passes on: whoever has waited longest comes first.
      else next();
    },
  };
}
