import type { ValidatorTask } from '../domain/connector/validator-runner.ts';
import { DomainError } from '../domain/errors/errors.ts';

/** What decides when a run may begin. */
export type Job = Pick<ValidatorTask, 'projectId' | 'connectionId' | 'callerId' | 'isProof'>;

/** Bounds of the queue. */
export interface RunQueueOptions {
  /** Runs at the same time: in all, and of one project. */
  readonly running: { readonly all: number; readonly project: number };
  /** Runs that wait: in all, of one project, and of one caller. */
  readonly waiting: { readonly all: number; readonly project: number; readonly caller: number };
  /** Longest that one waits, milliseconds. */
  readonly waitMs: number;
}

interface Entry {
  readonly job: Job;
  begin(): void;
  refuse(error: Error): void;
}

/**
 * The bounded queue of validators. What a commit waits for goes first, and a part of the places is kept for it; of the rest the
 * project, and then the caller, that has the fewest runs is next. Neither a caller nor a project fills the queue: a full part makes
 * room for whoever has less in it, and for a proof.
 */
export interface RunQueue {
  /** Resolves, when the job may run, to what gives its place back. Throws RATE_LIMITED when too many wait, or it waited too long. */
  enter(job: Job, signal: AbortSignal | undefined): Promise<() => void>;
  load(): { readonly running: number; readonly waiting: number };
  /** Refuses all that wait. */
  clear(error: DomainError): void;
}

/** Of so many places one is kept for proofs. */
const PROOFS_SHARE = 8;

export function createRunQueue({ running: most, waiting: mostWaiting, waitMs }: RunQueueOptions): RunQueue {
  const running = new Set<Job>();
  /** Oldest first. */
  const waiting: Entry[] = [];

  const places = (count: number, { isProof }: Job) => (isProof ? count : count - Math.floor(count / PROOFS_SHARE));

  function mayBegin(job: Job): boolean {
    return (
      running.size < places(most.all, job) &&
      count(running, ({ projectId }) => projectId === job.projectId) < places(most.project, job) &&
      count(running, ({ connectionId }) => connectionId === job.connectionId) === 0
    );
  }

  /** The smaller goes first. */
  function rankOf({ job }: Entry): readonly number[] {
    return [
      job.isProof ? 0 : 1,
      count(running, ({ projectId }) => projectId === job.projectId),
      count(running, ({ callerId }) => callerId === job.callerId),
    ];
  }

  function beginWaiting(): void {
    for (;;) {
      const ready = waiting.filter(({ job }) => mayBegin(job)).map((entry) => ({ entry, rank: rankOf(entry) }));
      const [first, ...others] = ready;
      if (first === undefined) return;
      // Of equals the oldest, which comes first.
      others.reduce((best, other) => (isBefore(other.rank, best.rank) ? other : best), first).entry.begin();
    }
  }

  /** Throws when there is no room for one more, and nobody whose turn is less due. */
  function makeRoom(job: Job): void {
    const own = (entry: Entry) => entry.job.callerId === job.callerId;
    const ofProject = (entry: Entry) => entry.job.projectId === job.projectId;
    const parts = [
      { most: mostWaiting.caller, has: own },
      { most: mostWaiting.project, has: ofProject },
      { most: mostWaiting.all, has: () => true },
    ];
    for (const { most: bound, has } of parts) {
      const inPart = waiting.filter(has);
      if (inPart.length < bound) continue;
      const victim = leastDue(inPart, job);
      if (victim === null) throw tooMany();
      victim.refuse(tooMany());
    }
  }

  /** The youngest that is no proof of the caller who has most of them waiting; of a caller with more than the newcomer's, unless that is a proof. */
  function leastDue(entries: readonly Entry[], newcomer: Job): Entry | null {
    const tests = entries.filter(({ job }) => !job.isProof);
    const ofCaller = (callerId: string) => count(tests, ({ job }) => job.callerId === callerId);
    const callers = [...new Set(tests.map(({ job }) => job.callerId))].sort((one, other) => ofCaller(other) - ofCaller(one));
    const [heaviest] = callers;
    if (heaviest === undefined) return null;
    if (!newcomer.isProof && ofCaller(heaviest) <= ofCaller(newcomer.callerId) + 1) return null;
    return tests.findLast(({ job }) => job.callerId === heaviest) ?? null;
  }

  function occupy(job: Job): () => void {
    running.add(job);
    return () => {
      if (running.delete(job)) beginWaiting();
    };
  }

  return {
    async enter(given, signal) {
      // A copy, since two runs may be of one task.
      const job = { ...given };
      if (mayBegin(job)) return occupy(job);
      makeRoom(job);
      return await new Promise((resolve, reject) => {
        const leave = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', giveUp);
          waiting.splice(waiting.indexOf(entry), 1);
        };
        const entry: Entry = {
          job,
          begin() {
            leave();
            resolve(occupy(job));
          },
          refuse(error) {
            leave();
            reject(error);
          },
        };
        const giveUp = () => entry.refuse(tooMany());
        const timer = setTimeout(giveUp, waitMs);
        signal?.addEventListener('abort', giveUp, { once: true });
        waiting.push(entry);
      });
    },
    load: () => ({ running: running.size, waiting: waiting.length }),
    clear(error) {
      for (const entry of [...waiting]) entry.refuse(error);
    },
  };
}

function count<T>(items: Iterable<T>, matches: (item: T) => boolean): number {
  let found = 0;
  for (const item of items) if (matches(item)) found += 1;
  return found;
}

function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at !== -1 && (one[at] ?? 0) < (other[at] ?? 0);
}

export function tooMany(): DomainError {
  return new DomainError('RATE_LIMITED', 'Too many validations are waiting. Try again in a moment.', { retryAfterSeconds: 30 });
}
