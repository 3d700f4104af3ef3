import type { Plugin } from '@envelop/core';
import { useGraphQlJit } from '@envelop/graphql-jit';
import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type CompilationQuota, createCompilationQuota } from '../../../admission/compilation-quota.ts';
import type { ServerContext } from '../yoga-plugin.ts';
import type { PreparedOperation } from './prepared-operation.ts';

/** Compiling costs more than one execution does: a document that was written for a single request is not worth it. */
const COMPILED_AT_USE = 4;
/** Compiled code takes far more than its document: the code of so many documents is kept, and the least recently used goes first. */
const MOST_COMPILED = 100;

/**
 * Runs queries that come again as compiled code. Not those with variables of an input type, in which the library fills in null for
 * members that were left out; not those with whole numbers, which it wants as numbers; and nothing that dials out, which takes
 * longer anyway. What is not compiled is answered all the same, with more work.
 */
export function useCompiledQueries(mayCompile: CompilationQuota = createCompilationQuota()): Plugin {
  // The library keeps code for as long as the document object it was made of: each is compiled under a copy, which can go by itself.
  const compiled = new LRUCache<PreparedOperation, DocumentNode>({ max: MOST_COMPILED });
  return useGraphQlJit(
    {},
    {
      enableIf(args) {
        // The transport puts it there.
        const { operation, budget, caller } = (args.contextValue as ServerContext).operationRequest;
        if (operation === null || operation.node.operation !== 'query' || operation.needsInterpreter || operation.priority.slow)
          return false;
        operation.uses += 1;
        if (operation.uses < COMPILED_AT_USE) return false;
        let document = compiled.get(operation);
        if (document === undefined) {
          if (!mayCompile(caller)) return false;
          document = { ...args.document };
          compiled.set(operation, document);
        }
        args.document = document;
        budget.pacesRows = false;
        return true;
      },
      // What does not compile gives its errors as the result.
      onError: () => {},
    },
  );
}
