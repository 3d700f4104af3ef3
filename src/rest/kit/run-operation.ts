import type { FastifyRequest } from 'fastify';
import { admit } from '../../admission/admit.ts';
import type { Deadline } from '../../admission/deadline.ts';
import type { OperationPriority } from '../../admission/priority.ts';
import { DomainError, ERROR_CODES, retryAfterOf } from '../../domain/errors/errors.ts';
import { type Answer, errorAnswer, type RenderError } from '../../http/error-answer.ts';
import { auditRefusal } from '../../operations/audit/audit-refusal.ts';
import { type IdentifiedRequest, idempotentReplay, type ReplayableAnswer } from '../../operations/idempotency/idempotent-replay.ts';
import { trackEffects } from '../../operations/idempotency/track-effects.ts';
import type { Services } from '../../operations/services.ts';
import type { RestGateway } from './rest-gateway.ts';

/** A request whose caller is known, and what its route says of it. */
export interface AskedRoute extends OperationPriority {
  readonly request: FastifyRequest;
  /** A name of ours, for the log and the audit. */
  readonly operation: string;
  readonly isMutation: boolean;
  readonly deadline: Deadline;
  /** An idempotency id, and the text of the request that it stands for; null where there is none. */
  readonly idempotency: IdentifiedRequest | null;
  readonly renderError: RenderError;
}

/** Bytes that a row with a recorded answer takes besides the answer. */
const ROW_BYTES = 256;

/**
 * Runs the operation of a request under the same rules as one of GraphQL: once per idempotency id, when there is capacity for it, against
 * a deadline, and with a refusal in the audit before its caller is told. Throws what is told before anything runs, and REQUEST_TIMEOUT.
 */
export async function runOperation(
  gateway: RestGateway,
  asked: AskedRoute,
  work: (services: Services) => Promise<Answer>,
): Promise<Answer> {
  const { request, operation, isMutation, deadline, idempotency } = asked;
  const { services } = gateway;
  Object.assign(request.record, { operation, isMutation });
  const run = async (given: Services): Promise<Executed> => {
    const executed = await execute({ ...gateway, services: given }, asked, work);
    const { error } = executed;
    if (isMutation && error !== null) await auditRefusal(services, request.actor, { fields: [operation], codes: [error.code] });
    return executed;
  };
  if (idempotency !== null) return await runIdempotent(gateway, { ...asked, idempotency }, run);
  const { answer, error } = await deadline.within(run(services));
  request.record.codes = error === null ? [] : [error.code];
  return answer;
}

/** Under an idempotency id. Only what is recorded, or was recorded by the first run of the same request, is a text. */
async function runIdempotent(
  gateway: RestGateway,
  { request, isMutation, deadline, idempotency }: AskedRoute & { readonly idempotency: IdentifiedRequest },
  run: (services: Services) => Promise<Executed>,
): Promise<Answer> {
  let own: Answer | null = null;
  const replayable = async (given: Services): Promise<ReplayableAnswer> => {
    const { answer, error } = await run(given);
    own = answer;
    const text = textOf(answer);
    return {
      text,
      codes: error === null ? [] : [error.code],
      message: error?.message ?? null,
      retryAfterSeconds: error === null ? null : retryAfterOf(error.details),
      // An answer without effects can be made again and must not fill the disk, so its row counts, too.
      isKept: (isMutation && error === null) || gateway.mayKeep(callerOf(request), ROW_BYTES + Buffer.byteLength(text)),
      isCutShort: deadline.isCutShort,
    };
  };
  const { text, codes } = await deadline.within(idempotentReplay(gateway.services, request.actor, idempotency, replayable));
  request.record.codes = codes;
  return own ?? answerOf(text);
}

/** An answer as it is recorded: a line with its status and headers, and the body. */
function textOf({ body, ...head }: Answer): string {
  return `${JSON.stringify(head)}\n${body}`;
}

/** Of a text that the function above has written. */
function answerOf(text: string): Answer {
  const end = text.indexOf('\n');
  return { ...(JSON.parse(text.slice(0, end)) as Omit<Answer, 'body'>), body: text.slice(end + 1) };
}

interface Executed {
  readonly answer: Answer;
  /** What was refused, or went wrong; null where nothing did. */
  readonly error: DomainError | null;
}

async function execute(gateway: RestGateway, asked: AskedRoute, work: (services: Services) => Promise<Answer>): Promise<Executed> {
  const { request, isMutation } = asked;
  return await admit(gateway.admission, { ...asked, caller: callerOf(request) }, async (dials) => {
    const effects = trackEffects({ ...gateway.services, ...dials });
    try {
      return { answer: await work(isMutation ? effects.services : { ...gateway.services, ...dials }), error: null };
    } catch (error) {
      const told = error instanceof DomainError ? effects.told(error) : hidden(gateway, error, request);
      return { answer: errorAnswer(asked.renderError, told, request), error: told };
    }
  });
}

function callerOf({ actor }: FastifyRequest): string {
  return actor.tokenId ?? 'local';
}

/** What nobody expected is reported, and its caller learns no more than that. */
function hidden({ report }: Pick<RestGateway, 'report'>, error: unknown, { id }: FastifyRequest): DomainError {
  report(error, id);
  return new DomainError('INTERNAL', 'Something went wrong on our side.', { next: ERROR_CODES.INTERNAL.next });
}
