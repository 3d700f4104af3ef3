import type { ConcurrencyLimiter, Permit } from './concurrency-limiter.ts';
import type { Deadline } from './deadline.ts';
import type { EventLoopYield } from './event-loop-yield.ts';
import type { OperationPriority } from './priority.ts';

/** Milliseconds until the signal that ends whatever can be ended, and until the answer that it took too long. */
type Time = Parameters<Deadline['start']>[0];

export interface ExecutionMs {
  readonly quick: Time;
  readonly slow: Time;
}

/**
 * How long an operation may take: one that uses only our own store, and one that dials out or reads the whole store. The latter reports
 * what it has not found by the first time as a result TIMEOUT, since the lead API's SDK waits 30 s; at the second time it is given up.
 */
export const EXECUTION_MS: ExecutionMs = { quick: { abort: 10_000, end: 10_000 }, slow: { abort: 28_000, end: 35_000 } };

export interface Admission {
  readonly limiter: ConcurrencyLimiter;
  readonly eventLoop: EventLoopYield;
  readonly executionMs: ExecutionMs;
}

export interface AskedOperation extends OperationPriority {
  /** Whose share of the gateway it takes. */
  readonly caller: string;
  readonly deadline: Deadline;
  readonly isMutation: boolean;
}

/**
 * Runs an operation when there is capacity for it, and from then on against its deadline, whatever carried it. What waits for other
 * systems goes through `whileDialling`, which only a slow one is given.
 */
export async function admit<T>(
  { limiter, eventLoop, executionMs }: Admission,
  { caller, priority, slow, deadline, isMutation }: AskedOperation,
  work: (dials: Partial<Pick<Permit, 'whileDialling'>>) => Promise<T>,
): Promise<T> {
  const permit = await limiter.acquire(caller, priority);
  try {
    while (eventLoop.isSpent()) await eventLoop.next();
    deadline.start(slow ? executionMs.slow : executionMs.quick, isMutation);
    return await work(slow ? { whileDialling: permit.whileDialling } : {});
  } finally {
    // The permit is held until the work has really ended, even if the client got an answer before.
    permit.release();
  }
}
