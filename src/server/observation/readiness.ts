import { DomainError } from '../../domain/errors/errors.ts';
import { inTime } from '../../domain/time/in-time.ts';
import type { Services } from '../../operations/services.ts';

/** Longest that an answer is given again, milliseconds: whoever asks more often, without a token, does not reach the store. */
const FRESH_MS = 1000;

/** Remembers the outcome of work for a second, and lets callers share one run of it. A failure is an outcome, too. */
export function oncePerSecond<T>(work: () => Promise<T>, now: () => number = () => performance.now()): () => Promise<T> {
  let latest: Promise<T> | null = null;
  let until = 0;
  return () => {
    if (latest === null || now() >= until) {
      latest = work();
      until = Infinity;
      const settle = () => {
        until = now() + FRESH_MS;
      };
      latest.then(settle, settle);
    }
    return latest;
  };
}

/** Whoever asks gets an answer, whatever the store does: a balancer that waits for one sends requests meanwhile. Milliseconds. */
const ANSWER_MS = 1500;

export type Readiness = 'ready' | 'draining' | 'store unavailable' | 'storage full';

export function createReadiness(
  { store }: Pick<Services, 'store'>,
  state: { readonly draining: boolean },
  answerMs = ANSWER_MS,
): () => Promise<Readiness> {
  const answers = oncePerSecond(() =>
    inTime(store.ping(), answerMs, () => new Error('late')).then(
      () => 'ready' as const,
      (error: unknown) => (error instanceof DomainError && error.code === 'STORAGE_FULL' ? 'storage full' : 'store unavailable'),
    ),
  );
  return async () => (state.draining ? 'draining' : await answers());
}
