import { isAsyncIterable } from '@envelop/core';
import { DomainError } from '../../domain/errors/errors.ts';
import { idempotentReplay } from '../../operations/idempotency/idempotent-replay.ts';
import { answerOf, resultOf } from '../answer.ts';
import type { RequestLayer } from './layers.ts';

/** Bytes that a row with a recorded answer takes besides the answer. */
const ROW_BYTES = 256;

/** Runs a request once per token and idempotency id; a repeat gets the recorded answer. `mayKeep` bounds what one token has recorded of what had no effect. */
export function idempotency(mayKeep: (token: string, bytes: number) => boolean): RequestLayer {
  return async (handling, next) => {
    const { request } = handling;
    const { services, actor, caller } = request;
    if (request.idempotency === null) return await next(handling);
    const recorded = await idempotentReplay(services, actor, request.idempotency, async (bound) => {
      request.services = bound;
      const result = await next(handling);
      if (isAsyncIterable(result))
        throw new DomainError('BAD_REQUEST', 'A subscription has no idempotency id.', { path: 'x-mcd-idempotent-id' });
      const answer = answerOf(result);
      // An answer without effects can be made again and must not fill the disk, so its row counts, too.
      const isKept = answer.hadEffect || mayKeep(caller, ROW_BYTES + Buffer.byteLength(answer.text));
      return { ...answer, isKept, isCutShort: request.deadline.isCutShort };
    });
    return resultOf({ ...recorded, executed: true, hadEffect: true });
  };
}
