import { DomainError } from '../../../domain/errors/errors.ts';
import type { ExecutionLayer } from '../layers.ts';
import { asGraphqlError, fromDomainError } from '../masking/error-masking.ts';

/** Ends an execution whose answer grows beyond its budget: the whole answer is LIMIT_EXCEEDED then, and nothing of it runs again. */
export const answerBudget: ExecutionLayer = async (execution, next) => {
  const { budget, operation } = execution.request;
  try {
    return await budget.within(() => {
      if (operation !== null) budget.charge(operation.selectionCost, 1);
      return next(execution);
    });
  } catch (error) {
    if (!budget.isSpent || !(error instanceof DomainError)) throw error;
    // What was begun at the root may do more than read: it is still a part of this request.
    await budget.settled();
    return { data: null, errors: [asGraphqlError(fromDomainError(error))] };
  }
};
