import { DomainError } from '../domain/errors/errors.ts';
import type { LoadLevel } from './load-level.ts';
import type { Priority } from './priority.ts';
import { rateLimited } from './token-bucket.ts';

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

interface Waiting {
  readonly token: string;
  readonly priority: Priority;
  start(): void;
  refuse(error: DomainError): void;
}

const RANKS = { critical: 0, normal: 1, expendable: 2 } as const satisfies Record<Priority, number>;

export function createConcurrencyLimiter(
  options: ConcurrencyLimits = DEFAULT_CONCURRENCY_LIMITS,
  pressure: () => LoadLevel = () => 'none',
): ConcurrencyLimiter {
  const byToken = new Map<string, number>();
  const dialling = new Map<string, number>();
  /** Oldest first. */
  const waiting: Waiting[] = [];
  let running = 0;

  const fits = (token: string, priority: Priority) =>
    running < options.inFlight - (priority === 'critical' ? 0 : options.reserved) && (byToken.get(token) ?? 0) < options.perToken;

  function occupy(token: string): void {
    running += 1;
    byToken.set(token, (byToken.get(token) ?? 0) + 1);
  }

  function vacate(token: string): void {
    running -= 1;
    countDown(byToken, token);
    nextInLine()?.start();
  }

  function take(token: string): Permit {
    let left = false;
    /** Of the operation's own work: its fields may dial at once. */
    let dials = 0;
    occupy(token);
    return {
      release() {
        if (left) return;
        left = true;
        if (dials === 0) vacate(token);
      },
      async whileDialling(work) {
        // What goes on after the answer has no permit to give back.
        if (left) return await work();
        if (dials === 0) {
          if ((dialling.get(token) ?? 0) >= options.diallingPerToken)
            throw rateLimited('This token has too many requests that wait for other systems.', 5);
          dialling.set(token, (dialling.get(token) ?? 0) + 1);
          vacate(token);
        }
        dials += 1;
        try {
          return await work();
        } finally {
          dials -= 1;
          if (dials === 0) {
            countDown(dialling, token);
            if (!left) occupy(token);
          }
        }
      },
    };
  }

  /** The most important that fits. Of equals the oldest; in a full queue the newest, whose caller is the likeliest to be still there. */
  function nextInLine(): Waiting | null {
    const full = waiting.length >= options.queue;
    let chosen: Waiting | null = null;
    for (const entry of waiting) {
      if (!fits(entry.token, entry.priority)) continue;
      const ahead = chosen === null ? 1 : RANKS[chosen.priority] - RANKS[entry.priority];
      if (ahead > 0 || (ahead === 0 && full)) chosen = entry;
    }
    return chosen;
  }

  /**
   * Makes room in a full queue for one of this priority: the least important goes, and of equals the oldest of the token that has
   * most of them waiting. Throws when whoever asks is the least important.
   */
  function makeRoom(token: string, priority: Priority): void {
    const count = new Map<string, number>();
    for (const entry of waiting) count.set(entry.token, (count.get(entry.token) ?? 0) + 1);
    const burden = (entry: Waiting) => RANKS[entry.priority] * options.queue + (count.get(entry.token) ?? 0);
    const [first] = waiting;
    const victim = waiting.reduce((worst, entry) => (worst === undefined || burden(entry) > burden(worst) ? entry : worst), first);
    if (victim === undefined || RANKS[victim.priority] < RANKS[priority]) throw refusal(token);
    victim.refuse(refusal(victim.token));
  }

  /** Whose limit it was. */
  function refusal(token: string): DomainError {
    return (byToken.get(token) ?? 0) >= options.perToken ? rateLimited('This token has too many requests running.', 1) : busy();
  }

  return {
    async acquire(token, priority) {
      const level = pressure();
      if ((level === 'severe' && priority !== 'critical') || (level === 'high' && priority === 'expendable')) throw busy();
      if (fits(token, priority)) return take(token);
      if (waiting.length >= options.queue) makeRoom(token, priority);
      return await new Promise((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer);
          waiting.splice(waiting.indexOf(entry), 1);
        };
        const entry: Waiting = {
          token,
          priority,
          start() {
            leave();
            resolve(take(token));
          },
          refuse(error) {
            leave();
            reject(error);
          },
        };
        const timer = setTimeout(() => entry.refuse(refusal(token)), options.waitMs);
        waiting.push(entry);
      });
    },
  };
}

function countDown(counts: Map<string, number>, token: string): void {
  const left = (counts.get(token) ?? 1) - 1;
  if (left === 0) counts.delete(token);
  else counts.set(token, left);
}

function busy(): DomainError {
  return new DomainError('UNAVAILABLE', 'The gateway is busy.', { retryAfterSeconds: 1 });
}
