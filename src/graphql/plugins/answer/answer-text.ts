import { isAsyncIterable } from '@envelop/core';
import { makeAnswer, resultOf } from '../../answer.ts';
import { asGraphqlError, fromDomainError } from '../masking/error-masking.ts';
import { aroundRequest } from '../yoga-plugin.ts';

/** Makes the text of an answer, once: what comes after it keeps, sends and counts that, and never reads it again. */
export function useAnswerText() {
  return aroundRequest(async (handle, request) => {
    const result = await handle();
    if (isAsyncIterable(result)) return result;
    const isMutation = request.operation?.isMutation === true;
    const answer = makeAnswer(result, isMutation);
    const tooLong = answer.executed ? request.budget.tooLong(answer.text) : null;
    return resultOf(tooLong === null ? answer : makeAnswer({ data: null, errors: [asGraphqlError(fromDomainError(tooLong))] }, isMutation));
  });
}
