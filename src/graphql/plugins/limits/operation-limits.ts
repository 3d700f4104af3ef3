import type { ExecutionArgs, SubscriptionArgs } from 'graphql';
import { asGraphqlError, type RenderedError } from '../masking/error-masking.ts';
import type { ApiPlugin, ServerContext } from '../yoga-plugin.ts';
import { costLimit, variableLimit } from './document-limits.ts';

/** Refuses, before anything runs, what asks for too many objects with the variables of this request, and variables that are too large. */
export function useOperationLimits(): ApiPlugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const refused = refusalOf(args);
      if (refused !== null) setResultAndStopExecution({ errors: [asGraphqlError(refused)] });
    },
    onSubscribe({ args, setResultAndStopExecution }) {
      const refused = refusalOf(args);
      if (refused !== null) setResultAndStopExecution({ errors: [asGraphqlError(refused)] });
    },
  };
}

function refusalOf({ contextValue }: Pick<ExecutionArgs | SubscriptionArgs, 'contextValue'>): RenderedError | null {
  // The transport puts it there.
  const { params, operation } = (contextValue as ServerContext).operationRequest;
  return variableLimit(params.variables, 0, 'variables') ?? costLimit(operation?.costOf(params.variables) ?? 0);
}
