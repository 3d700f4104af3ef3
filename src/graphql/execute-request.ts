import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  Kind,
  NoUnusedVariablesRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { LRUCache } from 'lru-cache';
import type { ErrorCode } from '../domain/errors.ts';
import type { Context } from './context.ts';
import { documentErrors, executionErrors, operationOf, type SafeError, safeError, syntaxErrors, variableErrors } from './safe-errors.ts';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
}

export interface GraphqlAnswer {
  readonly body: string;
  /** Codes of its errors, in their order. */
  readonly codes: readonly ErrorCode[];
  /** False when nothing was executed: the document or its variables were refused. */
  readonly executed: boolean;
  readonly isMutation: boolean;
}

type Prepared = { readonly errors: readonly SafeError[] } | Runnable;

interface Runnable {
  readonly operation: OperationDefinitionNode;
  run(context: Context, variables: Record<string, unknown>): ExecutionResult | Promise<ExecutionResult>;
  stringify(result: { readonly data?: unknown; readonly errors?: unknown }): string;
}

/** Limits of a document. Real clients' documents and introspection stay below them. */
const LIMITS = {
  tokens: 1000,
  depth: 8,
  aliases: 15,
  directives: 5,
  cost: 2000,
  stringLength: 65_536,
  listLength: 500,
  nesting: 100,
} as const;
/** Documents of up to this size are remembered, 1,000 of them. */
const CACHED_LENGTH = 16_384;

const RULES = [
  // Real clients declare variables that they do not use.
  ...specifiedRules.filter((rule) => rule !== NoUnusedVariablesRule),
  ...[
    maxDepthRule({ n: LIMITS.depth, ignoreIntrospection: true, exposeLimits: false, flattenFragments: false }),
    maxAliasesRule({ n: LIMITS.aliases, allowList: [], exposeLimits: false }),
    maxDirectivesRule({ n: LIMITS.directives, exposeLimits: false }),
    // A row is read whole, so its scalars cost nothing more; a literal `first` multiplies what is below it.
    costLimitRule({
      maxCost: LIMITS.cost,
      objectCost: 1,
      scalarCost: 0,
      depthCostFactor: 1,
      ignoreIntrospection: true,
      exposeLimits: false,
      flattenFragments: false,
    }),
  ],
];

/** Parses, checks and compiles each document once, then executes it: whatever can be done once per document is not done per request. */
export function createExecutor(
  schema: GraphQLSchema,
  report: (error: unknown) => void,
): (request: GraphqlRequest, context: Context) => Promise<GraphqlAnswer> {
  const prepared = new LRUCache<string, Prepared>({ max: 1000 });

  function prepare({ query, operationName }: GraphqlRequest): Prepared {
    const key = operationName === null ? query : `${operationName}\n${query}`;
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const made = prepareDocument(schema, query, operationName);
    if (query.length <= CACHED_LENGTH) prepared.set(key, made);
    return made;
  }

  return async (request, context) => {
    const document = prepare(request);
    if ('errors' in document) return refused(document.errors, false);
    const isMutation = document.operation.operation === 'mutation';
    const limit = variableLimit(request.variables, 0, 'variables');
    if (limit !== null) return refused([limit], isMutation);
    const result = await document.run(context, { ...request.variables });
    if (result.data === undefined) return refused(variableErrors(schema, document.operation, request.variables), isMutation);
    if (result.errors === undefined) return { body: document.stringify(result), codes: [], executed: true, isMutation };
    const errors = executionErrors(result.errors, report);
    return {
      body: JSON.stringify({ errors, data: result.data }),
      codes: errors.map(({ extensions }) => extensions.code),
      executed: true,
      isMutation,
    };
  };
}

function refused(errors: readonly SafeError[], isMutation: boolean): GraphqlAnswer {
  return { body: JSON.stringify({ errors }), codes: errors.map(({ extensions }) => extensions.code), executed: false, isMutation };
}

function prepareDocument(schema: GraphQLSchema, query: string, operationName: string | null): Prepared {
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
    problems = validate(schema, document, RULES, { maxErrors: 5, hideSuggestions: true });
  } catch {
    return { errors: [safeError('LIMIT_EXCEEDED', 'The document is larger or deeper than the limits allow.')] };
  }
  if (problems.length > 0) return { errors: documentErrors(problems) };
  const operation = operationOf(document, operationName);
  if (operation === null)
    return {
      errors: [safeError('BAD_REQUEST', 'Name one of the operations of the document in operationName.', { path: 'operationName' })],
    };
  return compile(schema, document, operation);
}

function compile(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Runnable {
  // The JIT gives null for a variable that was not sent inside an input object, which to us would clear a credential: queries without variables of such types only.
  if (operation.operation === 'query' && (operation.variableDefinitions ?? []).length === 0) {
    const compiled = compileQuery(schema, document, operation.name?.value, { customJSONSerializer: true });
    if (isCompiledQuery(compiled)) {
      return { operation, run: (context, variables) => compiled.query({}, context, variables), stringify: compiled.stringify };
    }
  }
  const single = {
    ...document,
    definitions: document.definitions.filter((definition) => definition === operation || definition.kind !== Kind.OPERATION_DEFINITION),
  };
  return {
    operation,
    run: (contextValue, variableValues) => execute({ schema, document: single, contextValue, variableValues }),
    stringify: JSON.stringify,
  };
}

/** Strings and lists that are written into the document. */
function literalLimit(document: DocumentNode): SafeError | null {
  let limited = false;
  visit(document, {
    StringValue(node) {
      if (node.value.length > LIMITS.stringLength || !node.value.isWellFormed()) limited = true;
    },
    ListValue(node) {
      if (node.values.length > LIMITS.listLength) limited = true;
    },
  });
  return limited
    ? safeError(
        'LIMIT_EXCEEDED',
        `A string has at most ${LIMITS.stringLength} characters of well-formed text, and a list at most ${LIMITS.listLength} items.`,
        { path: 'query' },
      )
    : null;
}

function variableLimit(value: unknown, depth: number, path: string): SafeError | null {
  if (typeof value === 'string') {
    if (value.length > LIMITS.stringLength)
      return safeError('LIMIT_EXCEEDED', `${path}: a string has at most ${LIMITS.stringLength} characters.`, { path });
    return value.isWellFormed() ? null : safeError('BAD_REQUEST', `${path}: the text is not well-formed Unicode.`, { path });
  }
  if (typeof value !== 'object' || value === null) return null;
  if (depth > LIMITS.nesting) return safeError('LIMIT_EXCEEDED', 'The variables are nested too deep.', { path: 'variables' });
  if (Array.isArray(value) && value.length > LIMITS.listLength)
    return safeError('LIMIT_EXCEEDED', `${path}: a list has at most ${LIMITS.listLength} items.`, { path });
  for (const [key, member] of Object.entries(value)) {
    const found = variableLimit(member, depth + 1, depth === 0 ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}
