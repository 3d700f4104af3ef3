/** A bound on all jobs, or on the jobs that share a key. */
export interface Limit<Job> {
  /** Jobs with the same key count together; without it all jobs do. */
  readonly keyOf?: (job: Job) => string;
  /** Jobs that run at the same time. */
  readonly running?: number;
  /** The part of `running` that is kept for jobs of priority 0. */
  readonly reserved?: number;
  /** Jobs that wait at the same time. */
  readonly waiting?: number;
  /** Among jobs of one priority, those whose key has the fewest jobs running go first. */
  readonly isFair?: boolean;
  /** What a refused job is told when this limit is the reason; otherwise it is told the limiter's own refusal. */
  readonly refusal?: () => Error;
}

export interface LimiterOptions<Job> {
  readonly limits: readonly Limit<Job>[];
  /** The longest wait, milliseconds. */
  readonly waitMs: number;
  readonly refusal: () => Error;
  /** 0 is the most important, and everything is when this is left out. */
  readonly priorityOf?: (job: Job) => number;
  /** Who asked for the job. When too many wait, the owner with the most waiting jobs loses one. */
  readonly ownerOf?: (job: Job) => string;
  /**
   * Which job of that owner is refused. `newest` keeps the order of arrival. `oldest` suits callers who give up soon: a full queue
   * then also serves the newest first, because its caller is the most likely to be still there.
   */
  readonly overflow?: 'newest' | 'oldest';
}

export interface Permit {
  /** Lets the next job run. A second call does nothing. */
  release(): void;
  /**
   * Gives the permit back until the returned function is called. The job then has it again at once, even above the limit: work
   * that has begun must not be refused.
   */
  suspend(): () => void;
}

/**
 * Lets jobs run within limits and keeps the others in a bounded queue, by priority. One owner, or one key of a fair limit, cannot
 * keep the others waiting for long.
 */
export interface Limiter<Job> {
  /** Throws the refusal when too many wait, when the wait was too long, or when the signal aborts it. */
  acquire(job: Job, signal?: AbortSignal): Promise<Permit>;
  /** Null when the job cannot run at once. */
  tryAcquire(job: Job): Permit | null;
  load(): { readonly running: number; readonly waiting: number };
  /** Refuses every job that waits. */
  refuseWaiting(error: Error): void;
}

interface Waiting<Job> {
  readonly job: Job;
  start(): void;
  refuse(error: Error): void;
}

interface CountedLimit<Job> extends Limit<Job> {
  readonly keyOf: (job: Job) => string;
  readonly counts: Map<string, number>;
}

export function createLimiter<Job>(options: LimiterOptions<Job>): Limiter<Job> {
  const { waitMs, priorityOf = () => 0, ownerOf = () => '', overflow = 'newest' } = options;
  const limits = options.limits.map((limit): CountedLimit<Job> => ({ keyOf: () => '', ...limit, counts: new Map() }));
  const fairLimits = limits.filter(({ isFair }) => isFair === true);
  const capacity = Math.min(...options.limits.map(({ keyOf, waiting: most }) => (keyOf === undefined ? (most ?? Infinity) : Infinity)));
  /** The oldest first. */
  const waiting: Waiting<Job>[] = [];
  let running = 0;

  function fits(job: Job): boolean {
    const isFirst = priorityOf(job) === 0;
    return limits.every((limit) => runningOf(limit, job) < (limit.running ?? Infinity) - (isFirst ? 0 : (limit.reserved ?? 0)));
  }

  function grant(job: Job): Permit {
    let state: 'held' | 'suspended' | 'released' = 'held';
    count(job, 1);
    return {
      release() {
        const before = state;
        state = 'released';
        if (before === 'held') giveBack(job);
      },
      suspend() {
        if (state !== 'held') return () => {};
        state = 'suspended';
        giveBack(job);
        return () => {
          if (state !== 'suspended') return;
          state = 'held';
          count(job, 1);
        };
      },
    };
  }

  function count(job: Job, change: 1 | -1): void {
    running += change;
    for (const limit of limits) {
      const now = runningOf(limit, job) + change;
      if (now === 0) limit.counts.delete(limit.keyOf(job));
      else limit.counts.set(limit.keyOf(job), now);
    }
  }

  function giveBack(job: Job): void {
    count(job, -1);
    for (let next = nextToRun(); next !== null; next = nextToRun()) next.start();
  }

  function nextToRun(): Waiting<Job> | null {
    const newestFirst = overflow === 'oldest' && waiting.length >= capacity;
    let chosen: Waiting<Job> | null = null;
    for (const entry of waiting) {
      if (!fits(entry.job)) continue;
      const order = chosen === null ? -1 : compare(entry.job, chosen.job);
      if (order < 0 || (order === 0 && newestFirst)) chosen = entry;
    }
    return chosen;
  }

  /** Below zero when the first job goes before the other. */
  function compare(one: Job, other: Job): number {
    const byPriority = priorityOf(one) - priorityOf(other);
    if (byPriority !== 0) return byPriority;
    for (const limit of fairLimits) {
      const byCount = runningOf(limit, one) - runningOf(limit, other);
      if (byCount !== 0) return byCount;
    }
    return 0;
  }

  /** Throws when the newcomer is the one who must go. */
  function refuseOverflow(newcomer: Waiting<Job>): void {
    for (const { keyOf, waiting: most = Infinity } of limits) {
      const alike = waiting.filter(({ job }) => keyOf(job) === keyOf(newcomer.job));
      if (alike.length < most) continue;
      const refused = leastDue(alike, newcomer);
      if (refused === newcomer) throw refusalOf(newcomer.job);
      refused.refuse(refusalOf(refused.job));
    }
  }

  /** Among the least important, newcomer included, one of the owner who has the most of them. */
  function leastDue(alike: readonly Waiting<Job>[], newcomer: Waiting<Job>): Waiting<Job> {
    const entries = [...alike, newcomer];
    const lowest = Math.max(...entries.map(({ job }) => priorityOf(job)));
    const least = entries.filter(({ job }) => priorityOf(job) === lowest);
    const byOwner = new Map<string, number>();
    for (const { job } of least) byOwner.set(ownerOf(job), (byOwner.get(ownerOf(job)) ?? 0) + 1);
    const most = Math.max(...byOwner.values());
    const candidates = least.filter(({ job }) => byOwner.get(ownerOf(job)) === most);
    return candidates.at(overflow === 'oldest' ? 0 : -1) ?? newcomer;
  }

  function refusalOf(job: Job): Error {
    const reason = limits.find((limit) => limit.refusal !== undefined && runningOf(limit, job) >= (limit.running ?? Infinity));
    return reason?.refusal?.() ?? options.refusal();
  }

  function wait(job: Job, signal: AbortSignal | undefined): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const giveUp = () => entry.refuse(refusalOf(job));
      let timer: NodeJS.Timeout | undefined;
      const leaveQueue = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        waiting.splice(waiting.indexOf(entry), 1);
      };
      const entry: Waiting<Job> = {
        job,
        start() {
          leaveQueue();
          resolve(grant(job));
        },
        refuse(error) {
          leaveQueue();
          reject(error);
        },
      };
      refuseOverflow(entry);
      waiting.push(entry);
      timer = setTimeout(giveUp, waitMs);
      signal?.addEventListener('abort', giveUp, { once: true });
      if (signal?.aborted === true) giveUp();
    });
  }

  return {
    async acquire(job, signal) {
      return fits(job) ? grant(job) : await wait(job, signal);
    },
    tryAcquire: (job) => (fits(job) ? grant(job) : null),
    load: () => ({ running, waiting: waiting.length }),
    refuseWaiting(error) {
      for (const entry of [...waiting]) entry.refuse(error);
    },
  };
}

function runningOf<Job>({ counts, keyOf }: CountedLimit<Job>, job: Job): number {
  return counts.get(keyOf(job)) ?? 0;
}
