import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { Context } from './context.ts';

/** One operation of a document that has passed every check. */
export interface Runnable {
  readonly operation: OperationDefinitionNode;
  run(context: Context, variables: Readonly<Record<string, unknown>>): ExecutionResult | Promise<ExecutionResult>;
}

/** Compiling costs more than a few executions do: a document that was written for a single request is not worth it. */
const COMPILED_AT_USE = 2;

export function runnable(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Runnable {
  const single = {
    ...document,
    definitions: document.definitions.filter((definition) => definition === operation || definition.kind !== Kind.OPERATION_DEFINITION),
  };
  let uses = 0;
  let run: Runnable['run'] = (contextValue, variableValues) => execute({ schema, document: single, contextValue, variableValues });
  return {
    operation,
    run(context, variables) {
      uses += 1;
      if (uses === COMPILED_AT_USE && mayCompile(schema, single, operation)) run = compiled(schema, single) ?? run;
      return run(context, variables);
    },
  };
}

/** Null where the compiler does not know something that the document uses. */
function compiled(schema: GraphQLSchema, document: DocumentNode): Runnable['run'] | null {
  const query = compileQuery(schema, document);
  return isCompiledQuery(query) ? (context, variables) => query.query({}, context, variables) : null;
}

/**
 * The compiler gives null for a variable that was not sent inside an input object, which to us would clear a credential, and
 * reads numbers by its own rules instead of the schema's. So: queries alone, whose variables are neither, nor stand inside an object.
 */
function mayCompile(
  schema: GraphQLSchema,
  document: DocumentNode,
  { operation, variableDefinitions = [] }: OperationDefinitionNode,
): boolean {
  if (operation !== 'query') return false;
  if (variableDefinitions.length === 0) return true;
  return !hasObject(document) && variableDefinitions.every(({ type }) => isPlain(getNamedType(typeFromAST(schema, type))));
}

function isPlain(type: GraphQLNamedType | undefined): boolean {
  return type !== undefined && !isInputObjectType(type) && type.name !== 'Int' && type.name !== 'Float';
}

function hasObject(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    enter({ kind }) {
      if (kind === Kind.OBJECT) found = true;
    },
  });
  return found;
}
