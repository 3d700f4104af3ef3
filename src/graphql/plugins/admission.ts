import type { ConcurrencyLimiter } from '../../admission/concurrency-limiter.ts';
import type { Deadline } from '../../admission/deadline.ts';
import type { EventLoopYield } from '../../admission/event-loop-yield.ts';
import type { ExecutionLayer } from './layers.ts';

/** Milliseconds to the signal that ends what can be ended, and to the answer that it took too long. */
type Time = Parameters<Deadline['start']>[0];

export interface ExecutionMs {
  readonly quick: Time;
  readonly slow: Time;
}

/**
 * Longest an operation may take that asks nobody but our own store, and one that dials out or reads the whole store. What the
 * latter has not found by the first time is a result TIMEOUT, since the lead API's SDK waits 30 s; by the second it is given up.
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
      // It is held for as long as the work goes on, whatever was answered meanwhile.
      permit.release();
    }
  };
}
