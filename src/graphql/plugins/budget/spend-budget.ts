import { type ExecutionResult, GraphQLError, responsePathAsArray } from 'graphql';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { ExecutionLayer } from '../layers.ts';
import { asGraphqlError, fromDomainError } from '../masking/error-masking.ts';
import type { AnswerBudget } from './answer-budget.ts';

/** Ends an execution whose answer grows beyond its budget: the whole answer is LIMIT_EXCEEDED then, and nothing of it runs again. */
export const answerBudget: ExecutionLayer = async (execution, next) => {
  const { budget, operation } = execution.request;
  try {
    const result = await budget.within(() => {
      if (operation !== null) budget.charge(operation.selectionCost, 1);
      return next(execution);
    });
    return withLeftOut(budget, result);
  } catch (error) {
    if (!budget.isSpent || !(error instanceof DomainError)) throw error;
    // What was begun at the root may do more than read: it is still a part of this request.
    await budget.settled();
    return { data: null, errors: [asGraphqlError(fromDomainError(error))] };
  }
};

/** An error, with the path of its list, for each row that a list which holds no null is answered without. */
function withLeftOut({ leftOut }: AnswerBudget, result: ExecutionResult): ExecutionResult {
  if (leftOut.length === 0) return result;
  const told = leftOut.map(({ fault, path }) => new GraphQLError(fault.message, { path: responsePathAsArray(path), originalError: fault }));
  return { ...result, errors: [...(result.errors ?? []), ...told] };
}
