import { Worker } from 'node:worker_threads';
import { EgressError } from '../domain/connector/egress.ts';
import type { ValidationOutcome, ValidatorRunner, ValidatorTask } from '../domain/connector/validator-runner.ts';
import { DomainError } from '../domain/errors/errors.ts';
import type { Observer, ValidatorRun } from '../domain/ports/observer.ts';
import type { EgressPolicy } from './address-policy.ts';
import { problemFor } from './problem.ts';
import { createRunQueue, type RunQueueOptions, tooMany } from './run-queue.ts';
import type { WorkerData, WorkerTask } from './worker.ts';

export interface WorkerPoolOptions {
  readonly policy: EgressPolicy;
  /** URL of the module whose default export is the connector of a kind. */
  readonly moduleUrlOf: (kind: string) => string;
  /** One overall deadline of a run: DNS, TCP, TLS, login and probe; milliseconds. */
  readonly deadlineMs?: number;
  readonly concurrency?: number;
  readonly concurrencyPerProject?: number;
  readonly queueWaitMs?: number;
  /** How many may wait. */
  readonly waiting?: Partial<RunQueueOptions['waiting']>;
  readonly perMinutePerProject?: number;
  readonly observer?: Pick<Observer, 'validated'>;
}

/** How long past the deadline a worker may take to answer before it is ended: a validator that blocks its thread never would. */
const GRACE_MS = 500;
/** Workers kept for the next run; an idle gateway has none until the first. */
const WARM = 2;
/** Runs that may wait: a project has half of it, and a caller a half of that. */
const WAITING = { all: 256, project: 128, caller: 64 };

/** Workers need compiled code: where this runs from TypeScript sources, as tests do, they use what is in dist. */
function compiled(url: string): URL {
  return new URL(url.endsWith('.ts') ? url.replace(/\/src\/(?!.*\/src\/)/, '/dist/').replace(/\.ts$/, '.js') : url);
}

export function createWorkerPool(options: WorkerPoolOptions): ValidatorRunner {
  const deadlineMs = options.deadlineMs ?? 10_000;
  const queue = createRunQueue({
    running: { all: options.concurrency ?? 16, project: options.concurrencyPerProject ?? 8 },
    waiting: { ...WAITING, ...options.waiting },
    waitMs: options.queueWaitMs ?? 30_000,
  });
  const idle: PooledWorker[] = [];
  const busy = new Set<PooledWorker>();
  const starts = new Map<string, readonly number[]>();
  let closing = false;

  /** What commits need is counted apart: tests do not use it up. */
  function countStart({ projectId, isProof }: ValidatorTask): void {
    const now = performance.now();
    const key = `${isProof ? 'proofs' : 'tests'} ${projectId}`;
    const recent = (starts.get(key) ?? []).filter((at) => at > now - 60_000);
    if (recent.length >= (options.perMinutePerProject ?? 600)) throw tooMany();
    starts.set(key, [...recent, now]);
  }

  async function runIn(task: ValidatorTask, moduleUrl: string | null, signal: AbortSignal | undefined): Promise<ValidationOutcome> {
    const pooled = idle.pop() ?? spawn(options.policy, (dead) => idle.splice(0, idle.length, ...idle.filter((other) => other !== dead)));
    pooled.worker.ref();
    busy.add(pooled);
    const { requestId: _request, projectId: _project, connectionId: _connection, callerId: _caller, isProof: _proof, ...rest } = task;
    const outcome = await new Promise<ValidationOutcome | null>((resolve) => {
      // A worker that is told the deadline answers by itself; one whose validator blocks its thread is ended.
      const timer = setTimeout(() => resolve(null), deadlineMs + GRACE_MS);
      const onAbort = () => resolve(null);
      pooled.settle = (answer) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        resolve(answer);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted === true) onAbort();
      pooled.worker.postMessage({ ...rest, moduleUrl, deadlineMs } satisfies WorkerTask);
    });
    pooled.settle?.(null);
    pooled.settle = null;
    busy.delete(pooled);
    if (closing) {
      await pooled.worker.terminate();
      throw shuttingDown();
    }
    const healthy = outcome?.errors.every(({ code }) => code !== 'TIMEOUT' && code !== 'INTERNAL');
    if (healthy === true && idle.length < WARM && !closing) {
      pooled.worker.unref();
      idle.push(pooled);
    } else void pooled.worker.terminate();
    return outcome ?? failed(new EgressError('TIMEOUT'));
  }

  async function run(task: ValidatorTask, moduleUrl: string | null, signal: AbortSignal | undefined): Promise<ValidationOutcome> {
    if (closing) throw shuttingDown();
    const asked = performance.now();
    // The time of whoever asks is over: nothing is dialled any more.
    if (signal?.aborted === true) return failed(new EgressError('TIMEOUT'));
    countStart(task);
    const permit = await queue.acquire(task, signal);
    const started = performance.now();
    try {
      const outcome = await runIn(task, moduleUrl, signal);
      tell(task, outcome, { waitedMs: started - asked, ms: performance.now() - started });
      return outcome;
    } finally {
      permit.release();
    }
  }

  function tell({ requestId, kind, validator, connectionId }: ValidatorTask, outcome: ValidationOutcome, times: Times): void {
    const { status, errors, warnings } = outcome;
    const codes = [...errors, ...warnings].map(({ code }) => code);
    const frames = errors.flatMap((problem) => problem.frames ?? []);
    options.observer?.validated({ requestId, kind, validator, connectionId, status, codes, frames, ...times });
  }

  return {
    run: (task, signal) => run(task, compiled(options.moduleUrlOf(task.kind)).href, signal),
    probe: ({ requestId, projectId, callerId, id, ...question }, signal) =>
      run(
        {
          kind: 'network',
          validator: question.probe,
          requestId,
          projectId,
          connectionId: id,
          callerId,
          isProof: false,
          credentials: question,
          current: null,
          options: { skipPermissionTests: false },
        },
        null,
        signal,
      ),
    load: queue.load,
    async close() {
      closing = true;
      queue.refuseWaiting(shuttingDown());
      // Nothing is known of what they were asked to check, so nothing is said of it.
      for (const { settle } of busy) settle?.(null);
      await Promise.all(idle.splice(0).map(({ worker }) => worker.terminate()));
    },
  };
}

type Times = Pick<ValidatorRun, 'waitedMs' | 'ms'>;

interface PooledWorker {
  readonly worker: Worker;
  /** Ends the run that it is busy with; null means that it died or was given up. */
  settle: ((outcome: ValidationOutcome | null) => void) | null;
}

/** No environment, and a home that does not exist: a driver finds no credentials but those it is given. */
function spawn(policy: EgressPolicy, onDeath: (dead: PooledWorker) => void): PooledWorker {
  const worker = new Worker(compiled(import.meta.url.replace(/worker-pool(\.[jt]s)$/, 'worker$1')), {
    env: { HOME: '/nonexistent' },
    argv: [],
    execArgv: [],
    workerData: { policy } satisfies WorkerData,
    resourceLimits: { maxOldGenerationSizeMb: 128 },
  });
  const pooled: PooledWorker = { worker, settle: null };
  const die = () => {
    onDeath(pooled);
    pooled.settle?.(failed(null));
  };
  worker.on('message', (outcome: ValidationOutcome) => pooled.settle?.(outcome));
  worker.on('error', die);
  worker.on('exit', die);
  return pooled;
}

function failed(error: unknown): ValidationOutcome {
  return { status: 'failed', errors: [problemFor(error)], warnings: [], data: null };
}

function shuttingDown(): DomainError {
  return new DomainError('UNAVAILABLE', 'The gateway is shutting down.', { retryAfterSeconds: 5 });
}
