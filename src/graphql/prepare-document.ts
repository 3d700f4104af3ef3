import { type DocumentNode, type GraphQLSchema, parse, validate } from 'graphql';
import { DOCUMENT_RULES, LIMITS, literalLimit } from './document-limits.ts';
import { type Effort, effortOf } from './effort.ts';
import { type Runnable, runnable } from './runnable.ts';
import { documentErrors, operationOf, type SafeError, safeError, syntaxErrors } from './safe-errors.ts';

export type PreparedDocument = { readonly errors: readonly SafeError[] } | (Runnable & { readonly effort: Effort });

/** Parses a document, holds it against the limits and the schema, and finds the operation to run. */
export function prepareDocument(schema: GraphQLSchema, query: string, operationName: string | null): PreparedDocument {
  let document: DocumentNode;
  try {
    document = parse(query, { maxTokens: LIMITS.tokens });
  } catch (error) {
    return { errors: syntaxErrors(error) };
  }
  const literal = literalLimit(document);
  if (literal !== null) return { errors: [literal] };
  let problems: ReturnType<typeof validate>;
  try {
    problems = validate(schema, document, DOCUMENT_RULES, { maxErrors: 5, hideSuggestions: true });
  } catch {
    return { errors: [safeError('LIMIT_EXCEEDED', 'The document is larger or deeper than the limits allow.')] };
  }
  if (problems.length > 0) return { errors: documentErrors(problems) };
  const operation = operationOf(document, operationName);
  if (operation === null)
    return {
      errors: [safeError('BAD_REQUEST', 'Name one of the operations of the document in operationName.', { path: 'operationName' })],
    };
  const effort = effortOf(schema, operation);
  return { ...runnable(schema, document, operation, !effort.slow), effort };
}
