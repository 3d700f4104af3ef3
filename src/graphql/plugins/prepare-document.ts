import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { OperationPriority } from '../../admission/priority.ts';
import { createDocumentCost } from './limits/document-cost.ts';
import { costLimit, DOCUMENT_RULES, LIMITS, literalLimit } from './limits/document-limits.ts';
import { documentErrors } from './masking/document-errors.ts';
import { operationOf, type RenderedError, renderError, syntaxErrors } from './masking/error-masking.ts';
import { operationPriorityOf } from './operation-priority.ts';
import { type Runnable, runnable } from './runnable.ts';

export interface Operation extends Runnable {
  readonly effort: OperationPriority;
  /** What it costs with the variables of one request; an error where that is too much. */
  refuses(variables: Readonly<Record<string, unknown>>): RenderedError | null;
}

export type PreparedDocument = { readonly errors: readonly RenderedError[] } | Operation;

/** Parses a document, holds it against the limits and the schema, and finds the operation to run. */
export function prepareDocument(schema: GraphQLSchema, query: string, operationName: string | null): PreparedDocument {
  let document: DocumentNode;
  try {
    // Without locations: they take several times the memory of the rest, and a document may be kept for long.
    document = parse(query, { maxTokens: LIMITS.tokens, noLocation: true });
  } catch (error) {
    return { errors: syntaxErrors(error) };
  }
  const literal = literalLimit(document);
  if (literal !== null) return { errors: [literal] };
  const problems = problemsOf(schema, document);
  if (problems === 'limited') return { errors: [renderError('LIMIT_EXCEEDED', 'The document is larger or deeper than the limits allow.')] };
  if (problems.length > 0) {
    const located = parse(query, { maxTokens: LIMITS.tokens });
    const found = problemsOf(schema, located);
    return { errors: documentErrors(schema, located, found === 'limited' ? [] : found) };
  }
  const operation = operationOf(document, operationName);
  if (operation === null)
    return {
      errors: [renderError('BAD_REQUEST', 'Name one of the operations of the document in operationName.', { path: 'operationName' })],
    };
  if (schema.getRootType(operation.operation) == null)
    return { errors: [renderError('BAD_REQUEST', `There are no operations of the type ${operation.operation} here.`, { path: 'query' })] };
  const cost = createDocumentCost(schema, document, operation);
  const limit = costLimit(cost.fixed ?? 0);
  if (limit !== null) return { errors: [limit] };
  const effort = operationPriorityOf(schema, operation);
  return { ...runnable(schema, document, operation, !effort.slow), effort, refuses: (variables) => costLimit(cost.of(variables)) };
}

function problemsOf(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] | 'limited' {
  try {
    return validate(schema, document, DOCUMENT_RULES, { maxErrors: 5, hideSuggestions: true });
  } catch {
    // A limit ends the validation where it is passed.
    return 'limited';
  }
}
