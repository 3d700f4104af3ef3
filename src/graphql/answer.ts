import { isAsyncIterable } from '@envelop/core';
import type { ExecutionResult, GraphQLError } from 'graphql';
import { badRequest, ERROR_CODES, type ErrorCode, retryAfterOf } from '../domain/errors/errors.ts';
import { asGraphqlError, fromDomainError, type RenderedError, renderedOf } from './plugins/masking/error-masking.ts';

/** An answer that is ready to be sent, with what its transport needs to know about it. */
export interface Answer {
  /** JSON. */
  readonly text: string;
  /** Codes of its errors, in their order. */
  readonly codes: readonly ErrorCode[];
  /** False when nothing was executed: the document, its variables or the whole request were refused. */
  readonly executed: boolean;
  /** A mutation that was not refused as a whole. */
  readonly hadEffect: boolean;
  /** Of the first error; null where there is none. */
  readonly message: string | null;
  /** Seconds, where the first error says when to come back. */
  readonly retryAfterSeconds: number | null;
}

/** Most errors of one answer. */
const MOST_ERRORS = 5;

/** A result that stands for a finished answer; Yoga's own code that sends results calls `stringify` for its text. */
class AnsweredResult implements ExecutionResult {
  /** Never there: its text holds them. */
  declare readonly errors?: ReadonlyArray<GraphQLError>;
  readonly #answer: Answer;

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  get answer(): Answer {
    return this.#answer;
  }

  /** Called without its object. */
  readonly stringify = (): string => this.#answer.text;
}

/** The answer that a result of the pipeline stands for. A result that no plugin has turned into an answer is a refusal. */
export function answerOf(result: ExecutionResult): Answer {
  return result instanceof AnsweredResult ? result.answer : makeAnswer(result, false);
}

export function resultOf(answer: Answer): ExecutionResult {
  return new AnsweredResult(answer);
}

export function makeAnswer({ data, errors: found = [] }: ExecutionResult, isMutation: boolean): Answer {
  const errors = found.slice(0, MOST_ERRORS).map(renderedOf);
  const executed = data !== undefined;
  const members = executed ? { errors, data } : { errors };
  return {
    text: JSON.stringify(errors.length === 0 && executed ? { data } : members),
    codes: errors.map(({ extensions }) => extensions.code),
    executed,
    hadEffect: isMutation && executed && !isRefused(data, errors),
    message: errors[0]?.message ?? null,
    retryAfterSeconds: retryAfterOf(errors[0]?.extensions ?? {}),
  };
}

const NEEDS_STREAM = makeAnswer(
  {
    errors: [asGraphqlError(fromDomainError(badRequest('accept', 'A subscription is answered over SSE: send Accept: text/event-stream.')))],
  },
  false,
);

/** The answer for a client that wants exactly one: a stream is ended unread, and the client is told what it has to accept. */
export function plainAnswerOf(result: ExecutionResult | AsyncIterable<ExecutionResult>): Answer | Promise<Answer> {
  return isAsyncIterable(result) ? endUnread(result) : answerOf(result);
}

async function endUnread(stream: AsyncIterable<ExecutionResult>): Promise<Answer> {
  await stream[Symbol.asyncIterator]().return?.();
  return NEEDS_STREAM;
}

/** Each root field failed itself. An error below a root field comes after that field has had its effect. */
function isRefused(data: unknown, errors: readonly RenderedError[]): boolean {
  return Object.values(data ?? {}).every((value) => value === null) && errors.length > 0 && errors.every(({ path }) => path?.length === 1);
}

/** The media type that has HTTP statuses for the failures of GraphQL; plain JSON has 200 for them, since real clients drop the message of another status. */
const RESPONSE_TYPE = 'application/graphql-response+json';
const PLAIN_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json; charset=utf-8' };
const STRICT_HEADERS: Readonly<Record<string, string>> = { 'content-type': `${RESPONSE_TYPE}; charset=utf-8` };

/** Codes that a refused request answers with an HTTP status of their own, whatever the client accepts. */
const TOLD_OF_REFUSALS: ReadonlySet<number> = new Set([401, 413, 415, 500]);
/** Codes that always have an HTTP status of their own: the client asks too much, or at a bad time. */
const ALWAYS_TOLD: ReadonlySet<number> = new Set([405, 429, 503]);

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The answer as HTTP has it, for whichever way it is sent. A 503 is `{message, code}`, which makes the lead API's clients try again. */
export function httpAnswer(answer: Answer, isStrict: boolean): HttpAnswer {
  const [code] = answer.codes;
  const type = isStrict ? STRICT_HEADERS : PLAIN_HEADERS;
  if (code === undefined) return { status: 200, headers: type, body: answer.text };
  const { status } = ERROR_CODES[code];
  const isTold = ALWAYS_TOLD.has(status) || (!answer.executed && (isStrict || TOLD_OF_REFUSALS.has(status)));
  return {
    status: isTold ? status : 200,
    headers: {
      ...type,
      ...(answer.retryAfterSeconds === null ? {} : { 'retry-after': String(answer.retryAfterSeconds) }),
      ...(status === 405 ? { allow: 'POST' } : {}),
    },
    body: status === 503 && !isStrict ? JSON.stringify({ message: answer.message, code }) : answer.text,
  };
}

/** Whether Accept names the media type of GraphQL. */
export function prefersResponseType(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((part) => part.split(';')[0]?.trim().toLowerCase() === RESPONSE_TYPE);
}
