import type { Plugin } from '@envelop/core';
import { useGraphQlJit } from '@envelop/graphql-jit';
import type { ServerContext } from './yoga-plugin.ts';

/** Compiling costs more than one execution does: a document that was written for a single request is not worth it. */
const COMPILED_AT_USE = 2;

/**
 * Runs queries that come again as compiled code. Not those with variables of an input type, in which the library fills in null for
 * members that were left out; not those with whole numbers, which it wants as numbers; and nothing that dials out, which takes
 * longer anyway.
 */
export function useCompiledQueries(): Plugin {
  return useGraphQlJit(
    {},
    {
      enableIf({ contextValue }) {
        // The transport puts it there.
        const { operation, budget } = (contextValue as ServerContext).operationRequest;
        if (operation === null || operation.node.operation !== 'query' || operation.needsInterpreter || operation.priority.slow)
          return false;
        operation.uses += 1;
        if (operation.uses < COMPILED_AT_USE) return false;
        budget.pacesRows = false;
        return true;
      },
      // What does not compile gives its errors as the result.
      onError: () => {},
    },
  );
}
