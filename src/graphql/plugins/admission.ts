import type { ConcurrencyLimiter } from '../../admission/concurrency-limiter.ts';
import type { Deadline } from '../../admission/deadline.ts';
import type { EventLoopYield } from '../../admission/event-loop-yield.ts';
import type { ExecutionLayer } from './layers.ts';

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

/** An operation runs when there is capacity for it, and from then on against its deadline. */
export function admission({ limiter, eventLoop, executionMs }: Admission): ExecutionLayer {
  return async (execution, next) => {
    const { request } = execution;
    const { operation, caller, deadline } = request;
    if (operation === null) return await next(execution);
    const { priority, slow } = operation.priority;
    const permit = await limiter.acquire(caller, priority);
    try {
      while (eventLoop.isSpent()) await eventLoop.next();
      deadline.start(slow ? executionMs.slow : executionMs.quick, operation.isMutation);
      if (slow) request.services = { ...request.services, whileDialling: permit.whileDialling };
      return await next(execution);
    } finally {
      // The permit is held until the work has really ended, even if the client got an answer before.
      permit.release();
    }
  };
}
