import { DomainError } from '../../../domain/errors/errors.ts';
import { asGraphqlError, fromDomainError } from '../masking/error-masking.ts';
import { aroundExecution } from '../yoga-plugin.ts';

/** Ends an execution whose answer grows beyond its budget: the whole answer is LIMIT_EXCEEDED then, and nothing of it runs again. */
export function useAnswerBudget() {
  return aroundExecution((execute, { budget, operation }) => async (args) => {
    try {
      return await budget.within(async () => {
        if (operation !== null) budget.charge(operation.selectionCost, 1);
        return await execute(args);
      });
    } catch (error) {
      if (!budget.isSpent || !(error instanceof DomainError)) throw error;
      // What was begun at the root may do more than read: it is still a part of this request.
      await budget.settled();
      return { data: null, errors: [asGraphqlError(fromDomainError(error))] };
    }
  });
}
