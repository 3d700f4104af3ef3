import { vi } from 'vitest';

/** Waits until the assertions hold, however busy the machine is: its end is a guard against a hang, not a measure of speed. */
export function eventually<T>(assertions: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertions, { timeout: 60_000, interval: 50 });
}
