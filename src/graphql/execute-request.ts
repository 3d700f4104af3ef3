import type { GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ErrorCode } from '../domain/errors.ts';
import type { Services } from '../operations/services.ts';
import { type Context, createContext } from './context.ts';
import { variableLimit } from './document-limits.ts';
import type { Effort } from './effort.ts';
import { type PreparedDocument, prepareDocument } from './prepare-document.ts';
import { executionErrors, type SafeError, safeError, variableErrors } from './safe-errors.ts';

export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
  /** Sent with a method that must not change anything: a mutation is METHOD_NOT_ALLOWED. */
  readonly readOnly?: boolean;
}

/**
 * Runs an execution when there is a place for it, and sees to the time that it may take. One that may dial out is handed what gives
 * its place back meanwhile.
 */
export type Admit = <T>(effort: Effort, run: (whileDialling?: Services['whileDialling']) => Promise<T>) => Promise<T>;

export interface GraphqlAnswer {
  readonly body: string;
  /** Codes of its errors, in their order. */
  readonly codes: readonly ErrorCode[];
  /** False when nothing was executed: the document or its variables were refused. */
  readonly executed: boolean;
  readonly isMutation: boolean;
  /** Its name in the document. */
  readonly operation: string | null;
}

/** Documents of up to this size are remembered, 1,000 of them. */
const CACHED_LENGTH = 16_384;

/** Parses, checks and compiles each document once, then executes it: whatever can be done once per document is not done per request. */
export function createExecutor(
  schema: GraphQLSchema,
  report: (error: unknown, requestId: string) => void,
): (request: GraphqlRequest, context: Context, admit?: Admit) => Promise<GraphqlAnswer> {
  const prepared = new LRUCache<string, PreparedDocument>({ max: 1000 });

  function prepare({ query, operationName }: GraphqlRequest): PreparedDocument {
    const key = operationName === null ? query : `${operationName}\n${query}`;
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const made = prepareDocument(schema, query, operationName);
    if (query.length <= CACHED_LENGTH) prepared.set(key, made);
    return made;
  }

  return async (request, context, admit = (_, run) => run()) => {
    const document = prepare(request);
    if ('errors' in document) return refused(document.errors, { isMutation: false, operation: null });
    const isMutation = document.operation.operation === 'mutation';
    const ran = { isMutation, operation: document.operation.name?.value ?? null };
    if (request.readOnly === true && isMutation)
      return refused([safeError('METHOD_NOT_ALLOWED', 'GET is for queries; send mutations with POST.')], ran);
    const limit = variableLimit(request.variables, 0, 'variables');
    if (limit !== null) return refused([limit], ran);
    const result = await admit(document.effort, (whileDialling) =>
      document.run(whileDialling === undefined ? context : dialling(context, whileDialling), request.variables),
    );
    if (typeof result === 'string') return { body: result, codes: [], executed: true, ...ran };
    if (result.data === undefined) return refused(variableErrors(schema, document.operation, request.variables), ran);
    if (result.errors === undefined) return { body: JSON.stringify(result), codes: [], executed: true, ...ran };
    const errors = executionErrors(result.errors, (error) => report(error, context.actor.request.id));
    return {
      body: JSON.stringify({ errors, data: result.data }),
      codes: errors.map(({ extensions }) => extensions.code),
      executed: true,
      ...ran,
    };
  };
}

function dialling({ services, actor, signal }: Context, whileDialling: Services['whileDialling']): Context {
  return createContext({ ...services, whileDialling }, actor, { signal });
}

function refused(errors: readonly SafeError[], ran: Pick<GraphqlAnswer, 'isMutation' | 'operation'>): GraphqlAnswer {
  return { body: JSON.stringify({ errors }), codes: errors.map(({ extensions }) => extensions.code), executed: false, ...ran };
}
