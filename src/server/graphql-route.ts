import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConcurrencyLimiter } from '../admission/concurrency-limiter.ts';
import type { EventLoopYield } from '../admission/event-loop-yield.ts';
import type { Rates } from '../admission/token-bucket.ts';
import { DomainError, ERROR_CODES } from '../domain/errors/errors.ts';
import type { Actor } from '../domain/token/actor.ts';
import type { Admit, createExecutor, GraphqlAnswer, GraphqlRequest } from '../graphql/plugins/execute-request.ts';
import { fromDomainError } from '../graphql/plugins/masking/error-masking.ts';
import { createContext } from '../graphql/schema/context.ts';
import { idempotentReplay } from '../operations/idempotency/idempotent-replay.ts';
import type { Services } from '../operations/services.ts';
import type { AccessLogRecord } from './access-log-record.ts';
import { Deadline } from './deadline.ts';
import { header, parseObject, readBody, requireJson } from './read-request.ts';
import { retryAfter, send } from './reply.ts';

const RESPONSE_TYPE = 'application/graphql-response+json';
/** Of a row that keeps an answer, what is not the answer. */
const ROW_BYTES = 256;
const AS_RESPONSE = { 'content-type': `${RESPONSE_TYPE}; charset=utf-8` } as const;
/** Milliseconds to the signal that ends what can be ended, and to the answer that it took too long. */
type Time = Parameters<Deadline['start']>[0];

export interface ExecutionMs {
  readonly quick: Time;
  readonly slow: Time;
}

/**
 * Longest an operation may take that asks nobody but our own store, and one that dials out or reads the whole store. What the
 * latter has not found by the first time is a result TIMEOUT, since the lead API's SDK waits 30 s; by the second it is given up.
 */
export const EXECUTION_MS: ExecutionMs = { quick: { abort: 10_000, end: 10_000 }, slow: { abort: 28_000, end: 35_000 } };

export interface GraphqlRoute {
  readonly services: Services;
  readonly execute: ReturnType<typeof createExecutor>;
  readonly places: ConcurrencyLimiter;
  readonly turns: EventLoopYield;
  readonly executionMs: ExecutionMs;
  readonly rates: Pick<Rates, 'mayKeep'>;
}

/**
 * GraphQL over HTTP, on node's own request and response. `application/json` answers 200 for every document and domain error, since
 * real clients drop the message of another status; `application/graphql-response+json`, when Accept names it, has statuses.
 * `begun` is the body where its reading has begun.
 */
export async function handleGraphql(
  { services, execute, places, turns, executionMs, rates }: GraphqlRoute,
  request: IncomingMessage,
  response: ServerResponse,
  actor: Actor,
  begun: Promise<string> | null,
  answered: AccessLogRecord,
): Promise<void> {
  const isStrict = prefersResponseType(header(request, 'accept'));
  let body = '';
  let given: GraphqlRequest;
  if (request.method === 'GET') given = readQuery(request);
  else {
    requireJson(request);
    body = await (begun ?? readBody(request));
    given = readRequest(parseObject(body));
  }
  const deadline = new Deadline(response);
  const caller = actor.tokenId ?? 'local';
  const admit: Admit = async ({ priority, slow, isMutation }, run) => {
    const permit = await places.acquire(caller, priority);
    try {
      while (turns.isSpent()) await turns.next();
      deadline.start(slow ? executionMs.slow : executionMs.quick, isMutation);
      return await (slow ? run(permit.whileDialling) : run());
    } finally {
      // The permit is held for as long as the work goes on, whatever was answered meanwhile.
      permit.release();
    }
  };
  const run = (bound: Services) => execute(given, createContext(bound, actor, deadline), admit);
  const runToKeep = async (bound: Services) => {
    const answer = await run(bound);
    // What had no effect can be made anew, and must not fill the disk: the row itself counts, too.
    return { ...answer, isKept: answer.hadEffect || rates.mayKeep(caller, ROW_BYTES + Buffer.byteLength(answer.body)) };
  };
  const idempotentId = header(request, 'x-mcd-idempotent-id');
  const work =
    idempotentId === undefined
      ? run(services)
      : idempotentReplay(services, actor, idempotentId, `${request.url}\n${body}`, runToKeep).then(
          (recorded): GraphqlAnswer => ({
            body: recorded,
            codes: codesIn(recorded),
            executed: true,
            isMutation: true,
            hadEffect: true,
            operation: null,
          }),
        );
  try {
    const given = await deadline.within(work);
    answered.codes = given.codes;
    answered.isMutation = given.isMutation;
    answered.operation = given.operation;
    answer(response, isStrict, given);
  } catch (error) {
    if (error instanceof DomainError && ![401, 413, 415, 429, 503].includes(ERROR_CODES[error.code].status) && !isStrict) {
      answered.codes = [error.code];
      send(response, 200, JSON.stringify({ errors: [fromDomainError(error)] }), retryAfter(error.details));
    } else throw error;
  }
}

function codesIn(body: string): GraphqlAnswer['codes'] {
  const parsed = JSON.parse(body) as {
    readonly errors?: readonly { readonly extensions: { readonly code: GraphqlAnswer['codes'][number] } }[];
  };
  return (parsed.errors ?? []).map(({ extensions }) => extensions.code);
}

function answer(response: ServerResponse, isStrict: boolean, { body, codes, executed }: GraphqlAnswer): void {
  const type = isStrict ? AS_RESPONSE : null;
  const [first] = codes;
  if (first === undefined) {
    send(response, 200, body, type);
    return;
  }
  const { status } = ERROR_CODES[first];
  const details = firstExtensions(body);
  if (status === 405) send(response, status, body, { ...type, allow: 'POST' });
  else if (status === 503 && !isStrict)
    send(response, status, JSON.stringify({ message: details.message, code: first }), retryAfter(details));
  else {
    const sent = status === 503 || status === 429 ? status : isStrict && !executed ? 400 : 200;
    send(response, sent, body, { ...type, ...retryAfter(details) });
  }
}

function firstExtensions(body: string): Readonly<Record<string, unknown>> {
  const [error] = (
    JSON.parse(body) as { readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[] }
  ).errors;
  return { ...error?.extensions, message: error?.message };
}

/** The answer is plain JSON unless Accept names the media type of GraphQL. */
function prefersResponseType(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  return accept.split(',').some((part) => part.split(';')[0]?.trim().toLowerCase() === RESPONSE_TYPE);
}

function readQuery(request: IncomingMessage): GraphqlRequest {
  const parameters = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const variables = parameters.get('variables');
  const given = readRequest({
    query: parameters.get('query') ?? undefined,
    ...(variables === null || variables === '' ? {} : { variables: parseObject(variables) }),
    ...(parameters.get('operationName') === null ? {} : { operationName: parameters.get('operationName') }),
  });
  return { ...given, readOnly: true };
}

function readRequest(body: Readonly<Record<string, unknown>>): GraphqlRequest {
  const { query, variables, operationName, extensions } = body;
  const bad = (path: string, what: string) => new DomainError('BAD_REQUEST', `${path} must be ${what}.`, { path });
  if (typeof query !== 'string') throw bad('query', 'a string');
  if (variables !== undefined && variables !== null && (typeof variables !== 'object' || Array.isArray(variables)))
    throw bad('variables', 'an object');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') throw bad('operationName', 'a string');
  if (extensions !== undefined && extensions !== null && (typeof extensions !== 'object' || Array.isArray(extensions)))
    throw bad('extensions', 'an object');
  return {
    query,
    variables: (variables ?? {}) as Readonly<Record<string, unknown>>,
    operationName: operationName === '' ? null : (operationName ?? null),
  };
}
