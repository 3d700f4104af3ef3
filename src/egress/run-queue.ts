import { createLimiter, type Limiter } from '../domain/concurrency/limiter.ts';
import type { ValidatorTask } from '../domain/connector/validator-runner.ts';
import type { DomainError } from '../domain/errors/errors.ts';
import { type ReachedLimit, rateLimited } from '../domain/errors/rate-limited.ts';

/** What decides when a run may begin. */
export type Job = Pick<ValidatorTask, 'projectId' | 'connectionId' | 'callerId' | 'isProof'>;

export interface RunQueueOptions {
  /** Runs at the same time: in all, and of one project. */
  readonly running: { readonly all: number; readonly project: number };
  /** Runs that wait: in all, of one project, and of one caller. */
  readonly waiting: { readonly all: number; readonly project: number; readonly caller: number };
  /** The longest wait, milliseconds. */
  readonly waitMs: number;
}

/** One in so many runs is reserved for proofs. */
const PROOFS_SHARE = 8;

/**
 * The bounded queue of validators. The proofs that a commit waits for go first, and a part of the capacity is reserved for them. After
 * them comes the project, and then the caller, with the fewest runs. A connection is validated by one run at a time. Refused jobs get RATE_LIMITED.
 */
export function createRunQueue({ running, waiting, waitMs }: RunQueueOptions): Limiter<Job> {
  const withReserve = (count: number) => ({ running: count, reserved: Math.floor(count / PROOFS_SHARE) });
  return createLimiter<Job>({
    limits: [
      { keyOf: ({ connectionId }) => connectionId, running: 1 },
      { keyOf: ({ projectId }) => projectId, ...withReserve(running.project), waiting: waiting.project, isFair: true },
      { keyOf: ({ callerId }) => callerId, waiting: waiting.caller, isFair: true },
      { ...withReserve(running.all), waiting: waiting.all },
    ],
    priorityOf: ({ isProof }) => (isProof ? 0 : 1),
    ownerOf: ({ callerId }) => callerId,
    waitMs,
    refusal: () => tooMany({ capacity: waiting.caller }),
  });
}

export function tooMany(limit: ReachedLimit): DomainError {
  return rateLimited('Too many validations are waiting. Try again in a moment.', 30, limit);
}
