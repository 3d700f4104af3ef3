import { Worker } from 'node:worker_threads';
import { EgressError } from '../domain/egress.ts';
import { DomainError } from '../domain/errors.ts';
import type { Observer, ValidatorRun } from '../domain/observer.ts';
import type { ValidationOutcome, ValidatorRunner, ValidatorTask } from '../domain/validator-runner.ts';
import type { EgressPolicy } from './address-policy.ts';
import { problemFor } from './problem.ts';
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
  readonly perMinutePerProject?: number;
  readonly observer?: Pick<Observer, 'validated'>;
}

/** How long past the deadline a worker may take to answer before it is ended: a validator that blocks its thread never would. */
const GRACE_MS = 500;
/** Workers kept for the next run; an idle gateway has none until the first. */
const WARM = 2;

interface Waiting {
  readonly task: ValidatorTask;
  readonly start: () => void;
  refuse(error: Error): void;
}

/** Workers need compiled code: where this runs from TypeScript sources, as tests do, they use what is in dist. */
function compiled(url: string): URL {
  return new URL(url.endsWith('.ts') ? url.replace(/\/src\/(?!.*\/src\/)/, '/dist/').replace(/\.ts$/, '.js') : url);
}

export function createWorkerPool(options: WorkerPoolOptions): ValidatorRunner {
  const deadlineMs = options.deadlineMs ?? 10_000;
  const limits = {
    all: options.concurrency ?? 16,
    project: options.concurrencyPerProject ?? 8,
    perMinute: options.perMinutePerProject ?? 600,
  };
  const idle: PooledWorker[] = [];
  const busy = new Set<PooledWorker>();
  const running = new Set<ValidatorTask>();
  const waiting: Waiting[] = [];
  const starts = new Map<string, number[]>();
  let closing = false;

  const mayStart = (task: ValidatorTask) => {
    const others = [...running];
    return (
      others.length < limits.all &&
      others.filter(({ projectId }) => projectId === task.projectId).length < limits.project &&
      others.every(({ connectionId }) => connectionId !== task.connectionId)
    );
  };

  function startWaiting(): void {
    for (let index = 0; index < waiting.length; ) {
      const next = waiting[index];
      if (next === undefined || !mayStart(next.task)) index += 1;
      else {
        waiting.splice(index, 1);
        running.add(next.task);
        next.start();
      }
    }
  }

  /** Resolves when the task may run; the caller has its place until `release`. */
  async function takePlace(task: ValidatorTask, signal: AbortSignal | undefined): Promise<void> {
    const now = performance.now();
    const recent = (starts.get(task.projectId) ?? []).filter((at) => at > now - 60_000);
    if (recent.length >= limits.perMinute) throw rateLimited();
    starts.set(task.projectId, [...recent, now]);
    await new Promise<void>((resolve, reject) => {
      const entry: Waiting = { task, start: () => done(resolve), refuse: (error) => done(() => reject(error)) };
      const timer = setTimeout(() => entry.refuse(rateLimited()), options.queueWaitMs ?? 30_000);
      const onAbort = () => entry.refuse(new EgressError('TIMEOUT'));
      const done = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        const index = waiting.indexOf(entry);
        if (index >= 0) waiting.splice(index, 1);
        settle();
      };
      waiting.push(entry);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (signal?.aborted === true) onAbort();
      else startWaiting();
    });
  }

  async function runIn(task: ValidatorTask, moduleUrl: string | null, signal: AbortSignal | undefined): Promise<ValidationOutcome> {
    const pooled = idle.pop() ?? spawn(options.policy, (dead) => idle.splice(0, idle.length, ...idle.filter((other) => other !== dead)));
    pooled.worker.ref();
    busy.add(pooled);
    const { requestId: _request, projectId: _project, connectionId: _connection, ...rest } = task;
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
    try {
      await takePlace(task, signal);
    } catch (error) {
      if (error instanceof EgressError) return failed(error);
      throw error;
    }
    const started = performance.now();
    try {
      const outcome = await runIn(task, moduleUrl, signal);
      tell(task, outcome, { waitedMs: started - asked, ms: performance.now() - started });
      return outcome;
    } finally {
      running.delete(task);
      startWaiting();
    }
  }

  function tell({ requestId, kind, validator, connectionId }: ValidatorTask, outcome: ValidationOutcome, times: Times): void {
    const { status, errors, warnings } = outcome;
    const codes = [...errors, ...warnings].map(({ code }) => code);
    options.observer?.validated({ requestId, kind, validator, connectionId, status, codes, ...times });
  }

  return {
    run: (task, signal) => run(task, compiled(options.moduleUrlOf(task.kind)).href, signal),
    probe: ({ requestId, projectId, id, ...question }, signal) =>
      run(
        {
          kind: 'network',
          validator: question.probe,
          requestId,
          projectId,
          connectionId: id,
          credentials: question,
          current: null,
          options: { skipPermissionTests: false },
        },
        null,
        signal,
      ),
    load: () => ({ running: running.size, waiting: waiting.length }),
    async close() {
      closing = true;
      for (const entry of [...waiting]) entry.refuse(shuttingDown());
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

function rateLimited(): DomainError {
  return new DomainError('RATE_LIMITED', 'Too many validations are waiting. Try again in a moment.', { retryAfterSeconds: 30 });
}
