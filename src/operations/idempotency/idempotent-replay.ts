import { DomainError } from '../../domain/errors/errors.ts';
import { answerForRepeat, fateOfAnswer, idempotencyTerm, requireIdempotencyId } from '../../domain/idempotency/kept-answers.ts';
import type { IdempotencyRow } from '../../domain/ports/idempotency-store.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { ProjectVault, SealBinding } from '../../domain/ports/vault.ts';
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

type RunRequest = (services: Services) => Promise<ReplayableAnswer>;

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
  run: RunRequest,
): Promise<KeptAnswer> {
  requireIdempotencyId(key);
  const asked: AskedId = { tokenId: actorId(actor), key, requestHash: services.vault.keyedHash('request', request) };
  const { taken, row, hold } = await takeId(services, asked);
  return taken ? await runHolding(services, actor, { hold, row }, run) : await replayFirst(services, actor, asked, row);
}

type AskedId = Pick<IdempotencyRow, 'tokenId' | 'key' | 'requestHash'>;
/** An id that belongs to a request until that time. */
type Hold = AskedId & Pick<IdempotencyRow, 'takenUntil'>;

async function takeId({ store, later }: Services, asked: AskedId) {
  let hold: Hold = { ...asked, takenUntil: 0 };
  const { taken, row } = await store
    .write(async (tx) => {
      const now = await tx.now();
      const term = idempotencyTerm(now);
      hold = { ...asked, takenUntil: term.takenUntil };
      return await tx.idempotency.take({ ...asked, answer: null, keyGeneration: null, ...term }, now);
    })
    .catch((error: unknown) => {
      // The store may have stored the record although it reported a failure.
      later(RELEASE, () => store.write((tx) => end(tx, hold, 'free')));
      throw error;
    });
  return { taken, row, hold };
}

const RELEASE = 'release-idempotency-id';

async function replayFirst(services: Services, actor: Actor, asked: AskedId, first: IdempotencyRow): Promise<KeptAnswer> {
  const sealed = answerForRepeat(first, asked.requestHash);
  const kept = (await services.vault.forProject(actor.projectId, sealed)).open(bindingOf(actor, asked), sealed);
  return await replayKeptAnswer(services, actor, kept.toString('utf8'));
}

function bindingOf({ projectId }: Actor, { tokenId, key, requestHash }: AskedId): SealBinding {
  return { projectId, connectionId: tokenId, contentId: key, field: 'answer', endpoint: requestHash };
}

async function runHolding(
  services: Services,
  actor: Actor,
  { hold, row }: { readonly hold: Hold; readonly row: IdempotencyRow },
  run: RunRequest,
): Promise<ReplayableAnswer> {
  const keys = await services.vault.forProject(actor.projectId);
  const reveals: Reveal[] = [];
  let hasChanged = false;
  const changed = () => {
    hasChanged = true;
  };
  let answer: ReplayableAnswer;
  try {
    answer = await run({ ...withSameKeys(services, row), revealed: (reveal) => reveals.push(reveal), changed });
  } catch (error) {
    await letGo(services, hold, 'free');
    throw error;
  }
  const recorded = reveals.filter((reveal): reveal is RecordedReveal => reveal.kind !== 'secret');
  // Only a query shows such a value, and whoever repeats one asks again, and is checked and audited again.
  const fate = recorded.length < reveals.length ? 'forget' : fateOfAnswer({ ...answer, hasChanged });
  if (fate === 'keep') await keepAnswer(services, actor, hold, { keys, text: withoutCredentials(answer, recorded) });
  else await letGo(services, hold, fate);
  return answer;
}

async function keepAnswer(
  services: Services,
  actor: Actor,
  hold: Hold,
  { keys, text }: { readonly keys: ProjectVault; readonly text: string },
): Promise<void> {
  const { blob } = keys.seal(bindingOf(actor, hold), Buffer.from(text, 'utf8'));
  try {
    await services.store.write(async (tx) => {
      await requireDataKey(tx, actor.projectId, keys.keyGeneration);
      await tx.idempotency.finish(hold.tokenId, hold.key, blob, keys.keyGeneration);
    });
  } catch {
    await letGo(services, hold, 'free');
    // An answer that was given is the one that every repeat gets, so none is given that may not have been kept.
    throw new DomainError(
      'OUTCOME_UNKNOWN',
      'The store did not say whether it kept the answer. Repeat the request with the same idempotency id.',
      { retryAfterSeconds: 1 },
    );
  }
}

/** Ends the hold; if the store fails at that, once more in the background. */
async function letGo({ store, later }: Services, hold: Hold, fate: 'free' | 'forget'): Promise<void> {
  const write = () => store.write((tx) => end(tx, hold, fate));
  await write().catch(() => later(RELEASE, write));
}

async function end({ idempotency }: Writers, { tokenId, key, takenUntil }: Hold, fate: 'free' | 'forget'): Promise<void> {
  if (fate === 'free') await idempotency.release(tokenId, key, takenUntil);
  else await idempotency.forget(tokenId, key, takenUntil);
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
