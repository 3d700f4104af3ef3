import type { Actor } from '../domain/actor.ts';
import { badRequest, DomainError, type ErrorCode } from '../domain/errors.ts';
import type { SealBinding } from '../domain/vault.ts';
import { actorId, type Services } from './services.ts';

/** A crashed first request frees its idempotency id after this. */
const TAKEN_MS = 60_000;
const KEPT_MS = 24 * 60 * 60 * 1000;

/** What passes, or is the store's or our own fault, is never recorded: the repeat runs again. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'RATE_LIMITED',
  'UNAVAILABLE',
  'REQUEST_TIMEOUT',
  'OUTCOME_UNKNOWN',
  'STORAGE_FULL',
  'INTERNAL',
  'REQUEST_IN_PROGRESS',
]);

export interface AnsweredOnce {
  readonly body: string;
  /** Codes of the errors in the body, which decide whether it is recorded. */
  readonly codes: readonly ErrorCode[];
}

/**
 * Runs a request once per token and idempotency id, and gives a repeat the recorded answer for 24 hours. Throws
 * REQUEST_IN_PROGRESS while the first one runs, IDEMPOTENCY_MISMATCH for another request under the same id.
 */
export async function answerOnce(
  services: Services,
  actor: Actor,
  key: string,
  request: string,
  run: () => Promise<AnsweredOnce>,
): Promise<string> {
  if (!/^[\x21-\x7e]{1,200}$/.test(key))
    throw badRequest('x-mcd-idempotent-id', 'An idempotency id has 1 to 200 visible ASCII characters.');
  const tokenId = actorId(actor);
  const requestHash = services.vault.keyedHash('request', request);
  const held = await services.store.write(async (tx) => {
    const now = await tx.now();
    return await tx.idempotency.take(
      { tokenId, key, requestHash, answer: null, startedAt: now, takenUntil: now + TAKEN_MS, expiresAt: now + KEPT_MS },
      now,
    );
  });
  const keys = await services.vault.forProject(actor.projectId);
  const binding: SealBinding = {
    projectId: actor.projectId,
    connectionId: tokenId,
    contentId: key,
    field: 'answer',
    endpoint: requestHash,
  };
  if (held !== null) {
    if (!held.requestHash.equals(requestHash))
      throw new DomainError('IDEMPOTENCY_MISMATCH', 'This idempotency id was used for another request.');
    if (held.answer === null)
      throw new DomainError('REQUEST_IN_PROGRESS', 'The first request with this idempotency id is still running.', {
        retryAfterSeconds: 4,
      });
    return keys.open(binding, held.answer).toString('utf8');
  }
  const release = () => services.store.write((tx) => tx.idempotency.release(tokenId, key));
  try {
    const { body, codes } = await run();
    if (codes.some((code) => PASSING.has(code))) await release();
    else await services.store.write((tx) => tx.idempotency.finish(tokenId, key, keys.seal(binding, Buffer.from(body, 'utf8')).blob));
    return body;
  } catch (error) {
    await release();
    throw error;
  }
}
