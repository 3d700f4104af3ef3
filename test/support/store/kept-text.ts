import type { ReplayableAnswer } from '../../../src/operations/idempotency/idempotent-replay.ts';

/** An answer without errors that is recorded under its idempotency id. */
export function keptText(text: string): ReplayableAnswer {
  return { text, codes: [], message: null, retryAfterSeconds: null, isKept: true, isCutShort: false };
}
