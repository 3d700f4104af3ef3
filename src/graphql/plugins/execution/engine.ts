import { getDocumentString, isAsyncIterable, mapAsyncIterator, useEngine } from '@envelop/core';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
  type GraphQLSchema,
  NoUnusedVariablesRule,
  type ParseOptions,
  parse,
  type Source,
  type SubscriptionArgs,
  type ValidationRule,
  validate,
} from 'graphql';
import { AnswerBudget } from '../budget/answer-budget.ts';
import { LIMITS, literalLimit } from '../limits/document-limits.ts';
import { documentErrors, MOST_PROBLEMS } from '../masking/document-errors.ts';
import { asGraphqlError, renderError } from '../masking/error-masking.ts';
import type { ServerContext } from '../yoga-plugin.ts';

/** graphql's own functions, with the limits that they take as options, and with their refusals in our words. */
export function useLimitedEngine() {
  return useEngine({ parse: parseWithin, validate: validateWithin, execute, subscribe });
}

/** Without locations: they take several times the memory of the rest, and a document may be kept for long. */
function parseWithin(source: string | Source, options?: ParseOptions): DocumentNode {
  return parse(source, { ...options, maxTokens: LIMITS.tokens, noLocation: true });
}

function validateWithin(schema: GraphQLSchema, document: DocumentNode, rules: readonly ValidationRule[] = []): readonly GraphQLError[] {
  const literal = literalLimit(document);
  if (literal !== null) return [asGraphqlError(literal)];
  if (problemsOf(schema, document, rules).length === 0) return [];
  // Once more with locations, to say where.
  const located = parse(getDocumentString(document) ?? '', { maxTokens: LIMITS.tokens });
  const problems = problemsOf(schema, located, rules);
  if (problems.includes(LIMITED)) return [asGraphqlError(LIMITED)];
  return documentErrors(schema, located, problems as readonly GraphQLError[]).map(asGraphqlError);
}

const LIMITED = renderError('LIMIT_EXCEEDED', 'The document is larger or deeper than the limits allow.');

function problemsOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  rules: readonly ValidationRule[],
): readonly (GraphQLError | typeof LIMITED)[] {
  try {
    // Real clients declare variables that they do not use.
    const applied = rules.filter((rule) => rule !== NoUnusedVariablesRule);
    return validate(schema, document, applied, { maxErrors: MOST_PROBLEMS, hideSuggestions: true });
  } catch {
    // A limit ends the validation where it is passed.
    return [LIMITED];
  }
}

/** Every event is an answer of its own: it gets a fresh budget, and loaders that remember nothing of the one before. */
async function subscribe(args: SubscriptionArgs): Promise<AsyncIterable<ExecutionResult> | ExecutionResult> {
  // The transport puts it there.
  const { operationRequest } = args.contextValue as ServerContext;
  const stream = await createSourceEventStream({ ...args, contextValue: operationRequest.resolverContext() });
  if (!isAsyncIterable(stream)) return stream as ExecutionResult;
  return mapAsyncIterator(stream, (event: unknown) => {
    const contextValue = operationRequest.resolverContext(new AnswerBudget(operationRequest.deadline));
    return execute({ ...(args as ExecutionArgs), rootValue: event, contextValue });
  });
}
