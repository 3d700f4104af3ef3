import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import { type CompiledQuery, compileQuery } from './compile-query.ts';
import type { Context } from './context.ts';

/** One operation of a document that has passed every check. */
export interface Runnable {
  readonly operation: OperationDefinitionNode;
  /** The result; as the text of its JSON where that is all there is to it. */
  run(context: Context, variables: Readonly<Record<string, unknown>>): Promise<ExecutionResult | string>;
}

/** Compiling costs more than one execution does: a document that was written for a single request is not worth it. */
const COMPILED_AT_USE = 2;

/** `mayRunTwice`: it asks nobody but our own store. */
export function runnable(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  mayRunTwice: boolean,
): Runnable {
  const single = {
    ...document,
    definitions: document.definitions.filter((definition) => definition === operation || definition.kind !== Kind.OPERATION_DEFINITION),
  };
  const mayCompile = operation.operation === 'query' && mayRunTwice;
  let compiled: CompiledQuery | null = null;
  let uses = 0;
  return {
    operation,
    async run(contextValue, variableValues) {
      uses += 1;
      if (uses === COMPILED_AT_USE && mayCompile) compiled = compileQuery(schema, single, operation);
      const text = compiled === null ? null : await compiled(contextValue, variableValues);
      if (text !== null) return text;
      contextValue.rows.count = 0;
      return await execute({ schema, document: single, contextValue, variableValues });
    },
  };
}
