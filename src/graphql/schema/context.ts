import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../../operations/services.ts';
import type { AnswerBudget } from '../plugins/budget/answer-budget.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What a resolver works with: operations get its services and its actor, and check what the actor may. */
export interface Context {
  readonly services: Services;
  readonly actor: Actor;
  /** Aborts when the client goes away or the request's time is over. */
  readonly signal: AbortSignal;
  readonly loaders: Loaders;
  readonly answer: AnswerBudget;
}

interface Asked {
  /** Whose signal aborts when nobody waits any more. */
  readonly deadline: { readonly signal: AbortSignal };
  readonly answer: AnswerBudget;
}

export function createContext(services: Services, actor: Actor, asked: Asked): Context {
  return new LazyContext(services, actor, asked);
}

/** A class, since an object literal with accessors makes new ones, and a new shape, for every request. */
class LazyContext implements Context {
  readonly services: Services;
  readonly actor: Actor;
  readonly answer: AnswerBudget;
  readonly #deadline: Asked['deadline'];
  #loaders: Loaders | null = null;

  constructor(services: Services, actor: Actor, { deadline, answer }: Asked) {
    this.services = services;
    this.actor = actor;
    this.answer = answer;
    this.#deadline = deadline;
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }

  /** Made on first use: the commonest queries need none. */
  get loaders(): Loaders {
    this.#loaders ??= createLoaders(this.services, this.actor, this.answer);
    return this.#loaders;
  }
}
