import { EgressError } from '../domain/connector/egress.ts';
import type { ValidationOutcome, ValidatorRunner, ValidatorTask } from '../domain/connector/validator-runner.ts';
import { DomainError } from '../domain/errors/errors.ts';
import type { Observer, ValidatorRun } from '../domain/ports/observer.ts';
import type { EgressPolicy } from './address-policy.ts';
import { createRunQueue, type RunQueueOptions, tooMany } from './run-queue.ts';
import { compiled, createWorkerThreads, failedOutcome, type WorkerThreads } from './worker-threads.ts';

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
  /** Threads of its own unless given. */
  readonly threads?: WorkerThreads;
}

/** Runs that may wait: a project has half of it, and a caller a half of that. */
const WAITING = { all: 256, project: 128, caller: 64 };

export function createWorkerPool(options: WorkerPoolOptions): ValidatorRunner {
  const deadlineMs = options.deadlineMs ?? 10_000;
  const perMinute = options.perMinutePerProject ?? 600;
  const queue = createRunQueue({
    running: { all: options.concurrency ?? 16, project: options.concurrencyPerProject ?? 8 },
    waiting: { ...WAITING, ...options.waiting },
    waitMs: options.queueWaitMs ?? 30_000,
  });
  const threads = options.threads ?? createWorkerThreads(options.policy);
  const starts = new Map<string, readonly number[]>();
  let closing = false;

  /** Proofs for commits are counted apart, so tests cannot use up their share. */
  function countStart({ projectId, isProof }: ValidatorTask): void {
    const now = performance.now();
    const key = `${isProof ? 'proofs' : 'tests'} ${projectId}`;
    const recent = (starts.get(key) ?? []).filter((at) => at > now - 60_000);
    if (recent.length >= perMinute) throw tooMany({ capacity: perMinute, perMinute });
    starts.set(key, [...recent, now]);
  }

  async function runIn(task: ValidatorTask, moduleUrl: string | null, signal: AbortSignal | undefined): Promise<ValidationOutcome> {
    // A worker is not told who asks.
    const { requestId: _request, projectId: _project, connectionId: _connection, callerId: _caller, isProof: _proof, ...rest } = task;
    const outcome = await threads.run({ ...rest, moduleUrl, deadlineMs }, signal);
    if (outcome === null) throw shuttingDown();
    return outcome;
  }

  async function run(task: ValidatorTask, moduleUrl: string | null, signal: AbortSignal | undefined): Promise<ValidationOutcome> {
    if (closing) throw shuttingDown();
    const asked = performance.now();
    // The caller's time is over, so nothing is dialled any more.
    if (signal?.aborted === true) return failedOutcome(new EgressError('TIMEOUT'));
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
      await threads.close();
    },
  };
}

type Times = Pick<ValidatorRun, 'waitedMs' | 'ms'>;

function shuttingDown(): DomainError {
  return new DomainError('UNAVAILABLE', 'The gateway is shutting down.', { retryAfterSeconds: 5 });
}
