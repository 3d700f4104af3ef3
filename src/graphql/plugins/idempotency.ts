import { isAsyncIterable } from '@envelop/core';
import { DomainError } from '../../domain/errors/errors.ts';
import { idempotentReplay } from '../../operations/idempotency/idempotent-replay.ts';
import { answerOf, resultOf } from '../answer.ts';
import { aroundRequest } from './yoga-plugin.ts';

/** Of a row that keeps an answer, what is not the answer. */
const ROW_BYTES = 256;

/** Runs a request once per token and idempotency id; a repeat gets the recorded answer. `mayKeep` bounds what one token has recorded of what had no effect. */
export function useIdempotency(mayKeep: (token: string, bytes: number) => boolean) {
  return aroundRequest(async (handle, request) => {
    const { idempotency, services, actor, caller } = request;
    if (idempotency === null) return await handle();
    const recorded = await idempotentReplay(services, actor, idempotency, async (bound) => {
      request.services = bound;
      const result = await handle();
      if (isAsyncIterable(result))
        throw new DomainError('BAD_REQUEST', 'A subscription has no idempotency id.', { path: 'x-mcd-idempotent-id' });
      const answer = answerOf(result);
      // What had no effect can be made anew, and must not fill the disk: the row itself counts, too.
      return { ...answer, isKept: answer.hadEffect || mayKeep(caller, ROW_BYTES + Buffer.byteLength(answer.text)) };
    });
    return resultOf({ ...recorded, executed: true, hadEffect: true });
  });
}
