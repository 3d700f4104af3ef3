import { createLimiter, type Permit as RunPermit } from '../domain/concurrency/limiter.ts';
import { DomainError } from '../domain/errors/errors.ts';
import { rateLimited } from '../domain/errors/rate-limited.ts';
import type { LoadLevel } from './load-level.ts';
import type { Priority } from './priority.ts';

export interface ConcurrencyLimits {
  /** Operations that run at the same time. */
  readonly inFlight: number;
  /** Of these, kept for what is critical. */
  readonly reserved: number;
  /** Operations of one token that run at the same time. */
  readonly perToken: number;
  /** Operations of one token that wait for other systems at the same time; they hold no permit meanwhile. */
  readonly diallingPerToken: number;
  readonly queue: number;
  readonly waitMs: number;
}

export const DEFAULT_CONCURRENCY_LIMITS: ConcurrencyLimits = {
  inFlight: 200,
  reserved: 40,
  perToken: 64,
  diallingPerToken: 64,
  queue: 200,
  waitMs: 500,
};

/** Keeps one caller from taking everything, all callers from taking more than there is, and a way free for what jobs depend on. */
export interface ConcurrencyLimiter {
  /** Resolves to the operation's permit to run. Throws RATE_LIMITED (the caller's own limit) or UNAVAILABLE (ours). */
  acquire(token: string, priority: Priority): Promise<Permit>;
}

export interface Permit {
  release(): void;
  /**
   * Gives the permit back while this work goes on, which waits for other systems. Afterwards it is there again, without a wait: what
   * the work had for an effect must not be refused. Throws RATE_LIMITED when the token has too much of such work.
   */
  whileDialling<T>(work: () => Promise<T>): Promise<T>;
}

const PRIORITIES = { critical: 0, normal: 1, expendable: 2 } as const satisfies Record<Priority, number>;

interface Operation {
  readonly token: string;
  readonly priority: Priority;
}

/** When too many wait, the oldest are refused and the newest served first: clients give up soon, and those that did need no answer. */
export function createConcurrencyLimiter(
  options: ConcurrencyLimits = DEFAULT_CONCURRENCY_LIMITS,
  loadLevel: () => LoadLevel = () => 'none',
): ConcurrencyLimiter {
  const operations = createLimiter<Operation>({
    limits: [
      { running: options.inFlight, reserved: options.reserved, waiting: options.queue },
      {
        keyOf: ({ token }) => token,
        running: options.perToken,
        refusal: () => rateLimited('This token has too many requests running.', 1, { capacity: options.perToken }),
      },
    ],
    priorityOf: ({ priority }) => PRIORITIES[priority],
    ownerOf: ({ token }) => token,
    overflow: 'oldest',
    waitMs: options.waitMs,
    refusal: busy,
  });
  const dialling = createLimiter<string>({
    limits: [{ keyOf: (token) => token, running: options.diallingPerToken }],
    waitMs: 0,
    refusal: () => tooManyDialling(options),
  });

  return {
    async acquire(token, priority) {
      const level = loadLevel();
      if ((level === 'severe' && priority !== 'critical') || (level === 'high' && priority === 'expendable')) throw busy();
      return diallingPermit(await operations.acquire({ token, priority }), () => {
        const dial = dialling.tryAcquire(token);
        if (dial === null) throw tooManyDialling(options);
        return dial;
      });
    },
  };
}

/** `acquireDial` throws where the token has too much of such work. */
function diallingPermit(permit: RunPermit, acquireDial: () => RunPermit): Permit {
  let isReleased = false;
  /** Work of this operation that dials at the moment: several of its fields may do so at once. */
  let dials = 0;
  let endDialling = () => {};
  return {
    release() {
      isReleased = true;
      permit.release();
    },
    async whileDialling(work) {
      // Work that goes on after the answer has no permit to give back.
      if (isReleased) return await work();
      if (dials === 0) {
        const dial = acquireDial();
        const resume = permit.suspend();
        endDialling = () => {
          dial.release();
          resume();
        };
      }
      dials += 1;
      try {
        return await work();
      } finally {
        dials -= 1;
        if (dials === 0) endDialling();
      }
    },
  };
}

function tooManyDialling({ diallingPerToken: capacity }: ConcurrencyLimits): DomainError {
  return rateLimited('This token has too many requests that wait for other systems.', 5, { capacity });
}

function busy(): DomainError {
  return new DomainError('UNAVAILABLE', 'The gateway is busy.', { retryAfterSeconds: 1 });
}
