import { Worker } from 'node:worker_threads';
import { EgressError } from '../domain/connector/egress.ts';
import type { ValidationOutcome } from '../domain/connector/validator-runner.ts';
import type { EgressPolicy } from './address-policy.ts';
import { problemFor } from './problem.ts';
import type { ManagerTask, WorkerData, WorkerTask } from './worker.ts';

/** Threads that run one validator, or ask one manager of secrets, at a time. Each is made when a run needs it; how many run at once is for the caller to limit. */
export interface WorkerThreads {
  /** Null when the threads were closed before it had an outcome: nothing is known of what it was asked to check. */
  run(task: WorkerTask | ManagerTask, signal: AbortSignal | undefined): Promise<ValidationOutcome | null>;
  close(): Promise<void>;
}

/** How long past its deadline a thread may take to answer before it is ended, milliseconds: a validator that blocks its thread never answers. */
const GRACE_MS = 500;
/** Idle threads that are kept for the next run. An idle gateway has none until the first run. */
const KEPT_IDLE = 2;

interface Thread {
  readonly worker: Worker;
  /** Ends the run in progress; null means that the thread gave no answer. */
  settle: ((outcome: ValidationOutcome | null) => void) | null;
}

export function createWorkerThreads(policy: EgressPolicy): WorkerThreads {
  const idle: Thread[] = [];
  const busy = new Set<Thread>();
  let isClosing = false;

  function forget(dead: Thread): void {
    const index = idle.indexOf(dead);
    if (index !== -1) idle.splice(index, 1);
  }

  return {
    async run(task, signal) {
      const thread = idle.pop() ?? startThread(policy, forget);
      thread.worker.ref();
      busy.add(thread);
      const outcome = await outcomeOf(thread, task, signal);
      busy.delete(thread);
      if (isClosing) {
        await thread.worker.terminate();
        return null;
      }
      // A run that timed out or threw may have left something behind in its thread, so no other run gets that thread.
      const isClean = outcome?.errors.every(({ code }) => code !== 'TIMEOUT' && code !== 'INTERNAL') ?? false;
      if (isClean && idle.length < KEPT_IDLE) {
        thread.worker.unref();
        idle.push(thread);
      } else void thread.worker.terminate();
      return outcome ?? failedOutcome(new EgressError('TIMEOUT'));
    },
    async close() {
      isClosing = true;
      for (const { settle } of busy) settle?.(null);
      await Promise.all(idle.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

function outcomeOf(thread: Thread, task: WorkerTask | ManagerTask, signal: AbortSignal | undefined): Promise<ValidationOutcome | null> {
  return new Promise((resolve) => {
    const settle = (outcome: ValidationOutcome | null) => {
      thread.settle = null;
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      resolve(outcome);
    };
    const giveUp = () => settle(null);
    // A worker that is told its deadline answers by itself; one whose validator blocks its thread is ended.
    const timer = setTimeout(giveUp, task.deadlineMs + GRACE_MS);
    signal?.addEventListener('abort', giveUp, { once: true });
    thread.settle = settle;
    thread.worker.postMessage(task);
    if (signal?.aborted === true) giveUp();
  });
}

/** A thread has no environment, and a home that does not exist: a driver finds no credentials but those it is given. */
function startThread(policy: EgressPolicy, onDeath: (dead: Thread) => void): Thread {
  const worker = new Worker(compiled(import.meta.url.replace(/worker-threads(\.[jt]s)$/, 'worker$1')), {
    env: { HOME: '/nonexistent' },
    argv: [],
    execArgv: [],
    workerData: { policy } satisfies WorkerData,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  const thread: Thread = { worker, settle: null };
  const die = () => {
    onDeath(thread);
    thread.settle?.(failedOutcome(null));
  };
  worker.on('message', (outcome: ValidationOutcome) => thread.settle?.(outcome));
  worker.on('error', die);
  worker.on('exit', die);
  return thread;
}

/** Workers need compiled code: where this runs from TypeScript sources, as tests do, they use what is in build. */
export function compiled(url: string): URL {
  return new URL(url.endsWith('.ts') ? url.replace(/\/src\/(?!.*\/src\/)/, '/build/').replace(/\.ts$/, '.js') : url);
}

export function failedOutcome(error: unknown): ValidationOutcome {
  return { status: 'failed', errors: [problemFor(error)], warnings: [], data: null };
}
