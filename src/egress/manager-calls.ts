import { createLimiter } from '../domain/concurrency/limiter.ts';
import type { AskManager, ManagerAnswer } from '../domain/connection/reference/secret-manager.ts';
import { SECRET_DEADLINE_MS } from '../domain/connection/reference/secret-reference.ts';
import { SecretError } from '../domain/errors/secret-error.ts';
import { compiled, type WorkerThreads } from './worker-threads.ts';

/** Secrets that are read at the same time. They have capacity of their own, since jobs wait for them and must not wait behind validators. */
const AT_ONCE = 8;
const WAITING = 512;

/** Outside managers of secrets are asked in the threads that validators run in, under the same policy. */
export function createManagerCalls(
  threads: Pick<WorkerThreads, 'run'>,
  { deadlineMs = SECRET_DEADLINE_MS }: { readonly deadlineMs?: number } = {},
): AskManager {
  const queue = createLimiter<null>({
    limits: [{ running: AT_ONCE, waiting: WAITING }],
    waitMs: deadlineMs,
    refusal: () => new SecretError('late'),
  });
  return async (call, signal) => {
    const permit = await queue.acquire(null, signal);
    try {
      const task = { ...call, moduleUrl: compiled(call.moduleUrl).href, deadlineMs };
      const outcome = await threads.run(task, signal);
      const [problem] = outcome?.errors ?? [];
      if (outcome === null || problem?.code === 'TIMEOUT') throw new SecretError('late');
      if (problem?.code === 'INTERNAL')
        throw Object.assign(new Error('a manager of secrets failed'), { stack: problem.frames?.join('\n') });
      if (problem !== undefined) throw new SecretError('unreachable', problem.cause);
      return answerIn(outcome.data?.returnedData as ManagerAnswer);
    } finally {
      permit.release();
    }
  };
}

function answerIn(given: ManagerAnswer): unknown {
  if ('failure' in given) throw new SecretError(given.failure, given.field);
  return given.answer;
}
