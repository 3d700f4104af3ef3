/** Work that goes on beside requests. Shutdown waits for it, and callers can share it. */
export interface Background {
  later(name: string, work: () => Promise<unknown>): void;
  once<T>(key: string, work: () => Promise<T>): Promise<T>;
  settled(): Promise<void>;
}

export function createBackground(report: (name: string, error: unknown) => void): Background {
  const running = new Set<Promise<unknown>>();
  const shared = new Map<string, Promise<unknown>>();
  return {
    later(name, work) {
      const promise = work()
        .catch((error: unknown) => report(name, error))
        .finally(() => running.delete(promise));
      running.add(promise);
    },
    once<T>(key: string, work: () => Promise<T>): Promise<T> {
      const known = shared.get(key);
      // A key names one kind of work, so the promise is of this very type.
      if (known !== undefined) return known as Promise<T>;
      const promise = work().finally(() => shared.delete(key));
      shared.set(key, promise);
      return promise;
    },
    async settled() {
      await Promise.allSettled([...running, ...shared.values()]);
    },
  };
}
