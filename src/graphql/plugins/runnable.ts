import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { Context } from '../schema/context.ts';
import { budgetedFieldResolver } from './budget/budgeted-schema.ts';
import { type CompiledQuery, compileQuery } from './compile-query.ts';
import { createSelectionCosts, fragmentsOf } from './limits/selection-cost.ts';

/** One operation of a document that has passed every check. */
export interface Runnable {
  readonly operation: OperationDefinitionNode;
  /**
   * The result; as the text of its JSON where that is all there is to it. Throws LIMIT_EXCEEDED when the answer's budget is spent;
   * nothing of it runs any more then.
   */
  run(context: Context, variables: Readonly<Record<string, unknown>>): Promise<ExecutionResult | string>;
}

/** Compiling costs more than one execution does: a document that was written for a single request is not worth it. */
const COMPILED_AT_USE = 2;

/** `mayCompile`: it asks nobody but our own store. */
export function runnable(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, mayCompile: boolean): Runnable {
  const single = {
    ...document,
    definitions: document.definitions.filter((definition) => definition === operation || definition.kind !== Kind.OPERATION_DEFINITION),
  };
  const root = schema.getRootType(operation.operation);
  const cost =
    root == null ? { values: 0, bytes: 0 } : createSelectionCosts(schema).ofOperation(root, operation.selectionSet, fragmentsOf(document));
  let compiled: CompiledQuery | null = null;
  let uses = 0;

  async function make(contextValue: Context, variableValues: Readonly<Record<string, unknown>>): Promise<ExecutionResult | string> {
    const { answer } = contextValue;
    answer.charge(cost, 1);
    const text = compiled === null ? null : await compiled(contextValue, variableValues);
    // What is spent is not asked for a second time.
    if (text !== null || answer.isSpent) return text ?? '';
    answer.restart();
    return await execute({ schema, document: single, contextValue, variableValues, fieldResolver: budgetedFieldResolver });
  }

  return {
    operation,
    async run(context, variables) {
      uses += 1;
      if (uses === COMPILED_AT_USE && mayCompile && operation.operation === 'query') compiled = compileQuery(schema, single, operation);
      try {
        return await context.answer.within(() => make(context, variables));
      } finally {
        // What was begun at the root may do more than read: it is still a part of this request.
        if (context.answer.isSpent) await context.settled();
      }
    },
  };
}
