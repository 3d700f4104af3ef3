import { type GraphQLError, type GraphQLSchema, Kind } from 'graphql';
import type { OperationPriority } from '../../admission/priority.ts';
import { DomainError, type ErrorCode } from '../../domain/errors/errors.ts';
import { auditRefusal } from '../../operations/audit/audit-refusal.ts';
import { trackEffects } from '../../operations/idempotency/track-effects.ts';
import type { Services } from '../../operations/services.ts';
import { type Context, createContext } from '../schema/context.ts';
import { variableLimit } from './limits/document-limits.ts';
import { describeProblem } from './masking/document-errors.ts';
import { executionErrors, fromDomainError, type RenderedError, renderError, variableErrors } from './masking/error-masking.ts';
import { type PreparedDocument, prepareDocument } from './prepare-document.ts';
import { PreparedDocuments } from './prepared-documents.ts';

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
export type Admit = <T>(
  effort: OperationPriority & { readonly isMutation: boolean },
  run: (whileDialling?: Services['whileDialling']) => Promise<T>,
) => Promise<T>;

export interface GraphqlAnswer {
  readonly body: string;
  /** Codes of its errors, in their order. */
  readonly codes: readonly ErrorCode[];
  /** False when nothing was executed: the document or its variables were refused. */
  readonly executed: boolean;
  readonly isMutation: boolean;
  /** A mutation that was not refused as a whole. */
  readonly hadEffect: boolean;
  /** Its name in the document. */
  readonly operation: string | null;
}

/** Parses, checks and compiles each document once, then executes it: whatever can be done once per document is not done per request. */
export function createExecutor(
  schema: GraphQLSchema,
  report: (error: unknown, requestId: string) => void,
): (request: GraphqlRequest, context: Context, admit?: Admit) => Promise<GraphqlAnswer> {
  const prepared = new PreparedDocuments<PreparedDocument>();

  function prepare({ query, operationName }: GraphqlRequest, { actor }: Context): PreparedDocument {
    const text = operationName === null ? query : `${operationName}\n${query}`;
    const known = prepared.get(text);
    if (known !== undefined) return known;
    const made = prepareDocument(schema, query, operationName);
    prepared.set(actor.tokenId ?? 'local', text, made);
    return made;
  }

  const describe = (error: GraphQLError) => describeProblem(schema, null, error);

  async function execute(request: GraphqlRequest, context: Context, admit: Admit): Promise<GraphqlAnswer> {
    const document = prepare(request, context);
    if ('errors' in document) return refused(document.errors, { isMutation: false, operation: null });
    const isMutation = document.operation.operation === 'mutation';
    const ran = { isMutation, operation: document.operation.name?.value ?? null };
    if (request.readOnly === true && isMutation)
      return refused([renderError('METHOD_NOT_ALLOWED', 'GET is for queries; send mutations with POST.')], ran);
    const limit = variableLimit(request.variables, 0, 'variables') ?? document.refuses(request.variables);
    if (limit !== null) return refused([limit], ran);
    const effects = isMutation ? trackEffects(context.services) : null;
    const tracked = effects === null ? context : withServices(context, effects.services);
    let running = tracked;
    const ended = (error: DomainError) => executed({ data: null }, [fromDomainError(error)], ran);
    let result: Awaited<ReturnType<typeof document.run>>;
    try {
      result = await admit({ ...document.effort, isMutation }, (whileDialling) => {
        if (whileDialling !== undefined) running = withServices(tracked, { ...tracked.services, whileDialling });
        return document.run(running, request.variables);
      });
    } catch (error) {
      if (running.answer.isSpent && error instanceof DomainError) return ended(error);
      throw error;
    }
    if (typeof result !== 'string' && result.data === undefined)
      return refused(variableErrors(schema, document.operation, request.variables), ran);
    const errors =
      typeof result === 'string'
        ? []
        : executionErrors(result.errors ?? [], {
            describe,
            report: (error) => report(error, context.actor.request.id),
            told: effects?.told,
          });
    const made =
      typeof result === 'string'
        ? { body: result, codes: [], executed: true, hadEffect: isMutation, ...ran }
        : executed(result, errors, ran);
    const tooLong = running.answer.tooLong(made.body);
    return tooLong === null ? made : ended(tooLong);
  }

  return async (request, context, admit = (_, run) => run()) => {
    const answer = await execute(request, context, admit);
    if (answer.isMutation && answer.executed && answer.codes.length > 0)
      await auditRefusal(context.services, context.actor, { fields: fieldsOf(prepare(request, context)), codes: answer.codes });
    return answer;
  };
}

/** Root fields by their names in the schema. */
function fieldsOf(document: PreparedDocument): readonly string[] {
  if ('errors' in document) return [];
  return document.operation.selectionSet.selections.flatMap((selection) => (selection.kind === Kind.FIELD ? [selection.name.value] : []));
}

function executed(
  { data }: { readonly data?: unknown },
  errors: readonly RenderedError[],
  ran: Pick<GraphqlAnswer, 'isMutation' | 'operation'>,
): GraphqlAnswer {
  const body = JSON.stringify(errors.length === 0 ? { data } : { errors, data });
  const hadEffect = ran.isMutation && !isRefused(data, errors);
  return { body, codes: errors.map(({ extensions }) => extensions.code), executed: true, hadEffect, ...ran };
}

/** Each of its fields failed by itself. What fails below a field fails after that had its effect. */
function isRefused(data: unknown, errors: readonly RenderedError[]): boolean {
  return Object.values(data ?? {}).every((value) => value === null) && errors.length > 0 && errors.every(({ path }) => path?.length === 1);
}

/** The same request. */
function withServices(context: Context, services: Services): Context {
  return createContext(services, context.actor, context);
}

function refused(errors: readonly RenderedError[], ran: Pick<GraphqlAnswer, 'isMutation' | 'operation'>): GraphqlAnswer {
  return {
    body: JSON.stringify({ errors }),
    codes: errors.map(({ extensions }) => extensions.code),
    executed: false,
    hadEffect: false,
    ...ran,
  };
}
