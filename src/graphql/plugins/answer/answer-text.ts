import { isAsyncIterable } from '@envelop/core';
import { makeAnswer, resultOf } from '../../answer.ts';
import type { RequestLayer } from '../layers.ts';
import { asGraphqlError, fromDomainError } from '../masking/error-masking.ts';

/** Makes the text of an answer, once. Later plugins store, send and count this text; none parses it again. */
export const answerText: RequestLayer = async (handling, next) => {
  const result = await next(handling);
  if (isAsyncIterable(result)) return result;
  const { operation, budget } = handling.request;
  const isMutation = operation?.isMutation === true;
  const answer = makeAnswer(result, isMutation);
  const tooLong = answer.executed ? budget.tooLong(answer.text) : null;
  return resultOf(tooLong === null ? answer : makeAnswer({ data: null, errors: [asGraphqlError(fromDomainError(tooLong))] }, isMutation));
};
