import { badRequest, DomainError, type ErrorCode, RETRYABLE_CODES } from '../errors/errors.ts';

/** A crashed first request frees its idempotency id after this, milliseconds. */
const TAKEN_MS = 60_000;
/** A repeat is given the recorded answer for this long, milliseconds. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/** Throws BAD_REQUEST for what is no idempotency id. */
export function requireIdempotencyId(id: string): void {
  if (!/^[\x21-\x7e]{1,200}$/.test(id)) throw badRequest('x-mcd-idempotent-id', 'An idempotency id has 1 to 200 visible ASCII characters.');
}

/** For how long an idempotency id belongs to a request that begins now. */
export function idempotencyTerm(now: number): { readonly startedAt: number; readonly takenUntil: number; readonly expiresAt: number } {
  return { startedAt: now, takenUntil: now + TAKEN_MS, expiresAt: now + KEPT_MS };
}

/**
 * Which answers are kept. `free`: the request failed for a temporary reason or by a fault of ours, or was cut short before it changed
 * anything, so that a repeat is its next try. What changed something is told to a repeat, also when nobody waited for it any more: a
 * second run would meet what the first one did.
 * `forget`: the request had no effect and its answer is too large to keep, so that a repeat is a new request.
 */
export function fateOfAnswer(answer: {
  readonly codes: readonly ErrorCode[];
  readonly isKept: boolean;
  readonly isCutShort: boolean;
  readonly hasChanged: boolean;
}): 'keep' | 'free' | 'forget' {
  if ((answer.isCutShort && !answer.hasChanged) || answer.codes.some((code) => RETRYABLE_CODES.has(code))) return 'free';
  return answer.isKept ? 'keep' : 'forget';
}

/**
 * The sealed answer that a repeat is given. Throws IDEMPOTENCY_MISMATCH for another request under the same id, REQUEST_IN_PROGRESS while
 * the first one runs.
 */
export function answerForRepeat(first: { readonly requestHash: Buffer; readonly answer: Buffer | null }, requestHash: Buffer): Buffer {
  if (!first.requestHash.equals(requestHash))
    throw new DomainError('IDEMPOTENCY_MISMATCH', 'This idempotency id was used for another request.');
  if (first.answer === null)
    throw new DomainError('REQUEST_IN_PROGRESS', 'The first request with this idempotency id is still running.', { retryAfterSeconds: 4 });
  return first.answer;
}
