import { DomainError } from '../domain/errors.ts';
import type { Priority } from '../graphql/effort.ts';
import type { Pressure } from './pressure.ts';
import { rateLimited } from './rates.ts';

export interface PlaceOptions {
  /** Operations that run at the same time. */
  readonly inFlight: number;
  /** Of these, kept for what is critical. */
  readonly reserved: number;
  /** Operations of one token that run at the same time. */
  readonly perToken: number;
  readonly queue: number;
  readonly waitMs: number;
}

export const DEFAULT_PLACES: PlaceOptions = { inFlight: 200, reserved: 40, perToken: 64, queue: 200, waitMs: 500 };

/** Keeps one caller from taking everything, all callers from taking more than there is, and a way free for what jobs depend on. */
export interface Places {
  /** Resolves to the function that gives the place back. Throws RATE_LIMITED (the caller's own limit) or UNAVAILABLE (ours). */
  enter(token: string, priority: Priority): Promise<() => void>;
}

interface Waiting {
  readonly token: string;
  readonly priority: Priority;
  start(): void;
  refuse(error: DomainError): void;
}

const RANKS = { critical: 0, normal: 1, expendable: 2 } as const satisfies Record<Priority, number>;

export function createPlaces(options: PlaceOptions = DEFAULT_PLACES, pressure: () => Pressure = () => 'none'): Places {
  const byToken = new Map<string, number>();
  /** Oldest first. */
  const waiting: Waiting[] = [];
  let running = 0;

  const fits = (token: string, priority: Priority) =>
    running < options.inFlight - (priority === 'critical' ? 0 : options.reserved) && (byToken.get(token) ?? 0) < options.perToken;

  function take(token: string): () => void {
    running += 1;
    byToken.set(token, (byToken.get(token) ?? 0) + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      running -= 1;
      const left = (byToken.get(token) ?? 1) - 1;
      if (left === 0) byToken.delete(token);
      else byToken.set(token, left);
      nextInLine()?.start();
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
    async enter(token, priority) {
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

function busy(): DomainError {
  return new DomainError('UNAVAILABLE', 'The gateway is busy.', { retryAfterSeconds: 1 });
}
