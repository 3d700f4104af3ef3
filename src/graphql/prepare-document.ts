import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { createDocumentCost } from './document-cost.ts';
import { documentErrors } from './document-errors.ts';
import { costLimit, DOCUMENT_RULES, LIMITS, literalLimit } from './document-limits.ts';
import { type Effort, effortOf } from './effort.ts';
import { type Runnable, runnable } from './runnable.ts';
import { operationOf, type SafeError, safeError, syntaxErrors } from './safe-errors.ts';

export interface Operation extends Runnable {
  readonly effort: Effort;
  /** What it costs with the variables of one request; an error where that is too much. */
  refuses(variables: Readonly<Record<string, unknown>>): SafeError | null;
}

export type PreparedDocument = { readonly errors: readonly SafeError[] } | Operation;

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
  if (problems === 'limited') return { errors: [safeError('LIMIT_EXCEEDED', 'The document is larger or deeper than the limits allow.')] };
  if (problems.length > 0) {
    const located = parse(query, { maxTokens: LIMITS.tokens });
    const found = problemsOf(schema, located);
    return { errors: documentErrors(schema, located, found === 'limited' ? [] : found) };
  }
  const operation = operationOf(document, operationName);
  if (operation === null)
    return {
      errors: [safeError('BAD_REQUEST', 'Name one of the operations of the document in operationName.', { path: 'operationName' })],
    };
  if (schema.getRootType(operation.operation) == null)
    return { errors: [safeError('BAD_REQUEST', `There are no operations of the type ${operation.operation} here.`, { path: 'query' })] };
  const cost = createDocumentCost(schema, document, operation);
  const limit = costLimit(cost.fixed ?? 0);
  if (limit !== null) return { errors: [limit] };
  const effort = effortOf(schema, operation);
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
