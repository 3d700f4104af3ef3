import { type DocumentNode, type GraphQLSchema, getVariableValues, type OperationDefinitionNode, visit } from 'graphql';
import type { Context } from '../schema/context.ts';
import { QueryCode } from './query-code.ts';
import { writeAnswer } from './write-answer.ts';

/** Answers a query as the text of its JSON. Null when only the complete executor can tell what the answer is: it holds an error. */
export type CompiledQuery = (context: Context, variables: Readonly<Record<string, unknown>>) => string | null | Promise<string | null>;

/**
 * Code for one query that writes its answer straight from what the resolvers give: no result is built only to be read again, and
 * the names in it are quoted once. It knows answers without errors alone. Whatever is not as it should be ends it, and the query
 * has to run in the complete executor, which gets what the resolvers of the root gave. Null for documents with directives, interfaces or introspection.
 * Of what resolvers get as their fourth argument there are the nodes, the fragments and the name in the answer alone.
 */
export function compileQuery(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): CompiledQuery | null {
  const root = schema.getQueryType();
  if (root == null || hasDirectives(document)) return null;
  const write = new QueryCode(document).compile(root, operation.selectionSet);
  if (write === null) return null;
  const { variableDefinitions = [] } = operation;
  return (context, given) => {
    const { coerced } = variableDefinitions.length === 0 ? NO_VARIABLES : getVariableValues(schema, variableDefinitions, given);
    return coerced === undefined ? null : writeAnswer(write, context, coerced);
  };
}

const NO_VARIABLES = { coerced: {} };

function hasDirectives(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    Directive() {
      found = true;
    },
  });
  return found;
}
