import type { OperationRequest } from '../../operation-request.ts';
import type { ExecutionLayer } from '../layers.ts';
import { asGraphqlError, type RenderedError } from '../masking/error-masking.ts';
import type { ApiPlugin } from '../yoga-plugin.ts';
import { costLimit, variableLimit } from './document-limits.ts';

/** Refuses, before anything runs, what asks for too many objects with the variables of this request, and variables that are too large. */
export const operationLimits: ExecutionLayer = (execution, next) => {
  const refused = refusalOf(execution.request);
  return refused === null ? next(execution) : { errors: [asGraphqlError(refused)] };
};

/** The same for subscriptions, which no layer is around. */
export function useSubscriptionLimits(): ApiPlugin {
  return {
    onSubscribe({ context, setResultAndStopExecution }) {
      const refused = refusalOf(context.operationRequest);
      if (refused !== null) setResultAndStopExecution({ errors: [asGraphqlError(refused)] });
    },
  };
}

function refusalOf({ params, operation }: OperationRequest): RenderedError | null {
  return variableLimit(params.variables, 0, 'variables') ?? costLimit(operation?.costOf(params.variables) ?? 0);
}
