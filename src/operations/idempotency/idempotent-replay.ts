import { DomainError } from '../../domain/errors/errors.ts';
import { answerForRepeat, fateOfAnswer, idempotencyTerm, requireIdempotencyId } from '../../domain/idempotency/kept-answers.ts';
import type { IdempotencyRow } from '../../domain/ports/idempotency-store.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { SealBinding } from '../../domain/ports/vault.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { actorId, type Reveal, type Services } from '../services.ts';
import { type KeptAnswer, type RecordedReveal, replayKeptAnswer, withoutCredentials } from './kept-answer.ts';

/** A request under the id that its caller gave it. */
export interface IdentifiedRequest {
  readonly id: string;
  /** All that makes it another request when it differs. */
  readonly request: string;
}

export interface ReplayableAnswer extends KeptAnswer {
  /** False if the request had no effect and its answer is too large to keep: a repeat then runs again. */
  readonly isKept: boolean;
  /** Its time was over, or its client gone, before it was made: a validation that was broken off is no answer to a repeat. */
  readonly isCutShort: boolean;
}

/**
 * What an answer reveals is not recorded with it: a repeat is asked for it anew, and audited.
 *
 * Runs a request once per token and idempotency id, and gives a repeat the recorded answer for 24 hours. A run whose answer was not
 * recorded, since the gateway or the store failed, may have taken effect: the repeat mints the same keys, so that it finds what was
 * made and gives the first outcome. Throws REQUEST_IN_PROGRESS while the first one runs, IDEMPOTENCY_MISMATCH for another request
 * under the same id.
 */
export async function idempotentReplay(
  services: Services,
  actor: Actor,
  { id: key, request }: IdentifiedRequest,
  run: (services: Services) => Promise<ReplayableAnswer>,
): Promise<KeptAnswer> {
  requireIdempotencyId(key);
  const tokenId = actorId(actor);
  const requestHash = services.vault.keyedHash('request', request);
  let takenUntil = 0;
  const release = (tx: Writers) => tx.idempotency.release(tokenId, key, takenUntil);
  const forget = (tx: Writers) => tx.idempotency.forget(tokenId, key, takenUntil);
  const { taken, row } = await services.store
    .write(async (tx) => {
      const now = await tx.now();
      const term = idempotencyTerm(now);
      takenUntil = term.takenUntil;
      return await tx.idempotency.take({ tokenId, key, requestHash, answer: null, keyGeneration: null, ...term }, now);
    })
    .catch((error: unknown) => {
      // The store may have stored the record although it reported a failure.
      services.later('release-idempotency-id', () => services.store.write(release));
      throw error;
    });
  const keys = await services.vault.forProject(actor.projectId);
  const binding: SealBinding = {
    projectId: actor.projectId,
    connectionId: tokenId,
    contentId: key,
    field: 'answer',
    endpoint: requestHash,
  };
  if (!taken) {
    const sealed = answerForRepeat(row, requestHash);
    const kept = (await services.vault.forProject(actor.projectId, sealed)).open(binding, sealed);
    return await replayKeptAnswer(services, actor, kept.toString('utf8'));
  }
  const free = (how = release) =>
    services.store.write(how).catch(() => services.later('release-idempotency-id', () => services.store.write(how)));
  const reveals: Reveal[] = [];
  let hasChanged = false;
  const changed = () => {
    hasChanged = true;
  };
  let answer: ReplayableAnswer;
  try {
    answer = await run({ ...withSameKeys(services, row), revealed: (reveal) => reveals.push(reveal), changed });
  } catch (error) {
    await free();
    throw error;
  }
  const recorded = reveals.filter((reveal): reveal is RecordedReveal => reveal.kind !== 'secret');
  // Only a query shows such a value, and whoever repeats one asks again, and is checked and audited again.
  const fate = recorded.length < reveals.length ? 'forget' : fateOfAnswer({ ...answer, hasChanged });
  if (fate === 'free') await free();
  else if (fate === 'forget') await free(forget);
  else {
    const sealed = keys.seal(binding, Buffer.from(withoutCredentials(answer, recorded), 'utf8')).blob;
    try {
      await services.store.write(async (tx) => {
        await requireDataKey(tx, actor.projectId, keys.keyGeneration);
        await tx.idempotency.finish(tokenId, key, sealed, keys.keyGeneration);
      });
    } catch {
      await free();
      // An answer that was given is the one that every repeat gets, so none is given that may not have been kept.
      throw new DomainError(
        'OUTCOME_UNKNOWN',
        'The store did not say whether it kept the answer. Repeat the request with the same idempotency id.',
        {
          retryAfterSeconds: 1,
        },
      );
    }
  }
  return answer;
}

/** Keys are made from the request and the time of its first run: the same in each of its runs, and new once the id may be used anew. */
function withSameKeys(services: Services, { tokenId, key, requestHash, startedAt }: IdempotencyRow): Services {
  let minted = 0;
  return {
    ...services,
    repeatsSince: startedAt,
    tokens: {
      ...services.tokens,
      create(kind) {
        minted += 1;
        return services.tokens.create(
          kind,
          services.vault.keyedHash('request', tokenId, key, requestHash, String(startedAt), kind, String(minted)),
        );
      },
    },
  };
}
