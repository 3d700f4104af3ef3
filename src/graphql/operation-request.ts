import { type Client, Deadline } from '../admission/deadline.ts';
import { DomainError } from '../domain/errors/errors.ts';
import type { Actor } from '../domain/token/actor.ts';
import type { Services } from '../operations/services.ts';
import type { Answer } from './answer.ts';
import { AnswerBudget } from './plugins/budget/answer-budget.ts';
import type { PreparedOperation } from './plugins/execution/prepared-operation.ts';
import { type Context, createContext } from './schema/context.ts';

/** What a request to the API says, whatever carried it. */
export interface OperationParams {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** Becomes the name of the operation that is meant, once the document is read. */
  operationName?: string;
}

interface Given {
  readonly services: Services;
  readonly actor: Actor;
  readonly params: OperationParams;
  readonly client?: Client;
  /** An idempotency id, and the text of the request that it stands for. */
  readonly idempotency?: { readonly id: string; readonly request: string } | null;
}

/**
 * One request on its way through the plugins: what its transport knows of it, and what the plugins have found out and bound so far.
 * Yoga's server context holds it, so every plugin finds it there.
 */
export class OperationRequest {
  readonly actor: Actor;
  readonly params: OperationParams;
  readonly deadline: Deadline;
  readonly idempotency: { readonly id: string; readonly request: string } | null;
  /**
   * The services that resolvers work with. Plugins replace them on the way: bound to an idempotency id, to the effects of the request,
   * and to its permit from the concurrency limiter.
   */
  services: Services;
  /** The operation to run; null until the document was found to be valid. */
  operation: PreparedOperation | null = null;
  /** How its expected failures are reported: a mutation that has already changed something reports a lost store differently. */
  told: (error: DomainError) => DomainError = (error) => error;
  /** What was answered; null of a stream. */
  answer: Answer | null = null;
  #budget: AnswerBudget | null = null;

  constructor({ services, actor, params, client, idempotency = null }: Given) {
    this.services = services;
    this.actor = actor;
    this.params = params;
    this.deadline = new Deadline(client);
    this.idempotency = idempotency;
  }

  /** Whose share of the gateway it takes. */
  get caller(): string {
    return this.actor.tokenId ?? 'local';
  }

  get budget(): AnswerBudget {
    this.#budget ??= new AnswerBudget(this.deadline);
    return this.#budget;
  }

  /** What the resolvers of one answer get. Each event of a subscription is an answer with a budget of its own. */
  resolverContext(budget: AnswerBudget = this.budget): Context {
    return createContext(this.services, this.actor, { deadline: this.deadline, answer: budget });
  }
}

/** Reads the members of a request that GraphQL over HTTP knows; others are left alone. Throws BAD_REQUEST that names the member. */
export function readParams(given: Readonly<Record<string, unknown>>): OperationParams {
  const { query, variables, operationName, extensions } = given;
  const bad = (path: string, what: string) => new DomainError('BAD_REQUEST', `${path} must be ${what}.`, { path });
  if (typeof query !== 'string') throw bad('query', 'a string');
  if (!isObjectOrAbsent(variables)) throw bad('variables', 'an object');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') throw bad('operationName', 'a string');
  if (!isObjectOrAbsent(extensions)) throw bad('extensions', 'an object');
  return { query, variables: { ...variables }, ...(operationName ? { operationName } : {}) };
}

function isObjectOrAbsent(value: unknown): value is Readonly<Record<string, unknown>> | null | undefined {
  return value === undefined || value === null || (typeof value === 'object' && !Array.isArray(value));
}
