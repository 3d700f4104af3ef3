import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../../operations/services.ts';
import { AnswerBudget } from '../plugins/budget/answer-budget.ts';
import { createLoaders, type Loaders } from './loaders.ts';

/** What a resolver works with: operations get its services and its actor, and check what the actor may. */
export interface Context {
  readonly services: Services;
  readonly actor: Actor;
  /** Aborts when the client goes away or the request's time is over. */
  readonly signal: AbortSignal;
  readonly loaders: Loaders;
  readonly answer: AnswerBudget;
  /** Calls a resolver of the root; a second executor of the same request gets what the first one got, under the name in the answer. */
  once(name: string, resolve: () => unknown): unknown;
  /** Settles when nothing of the root runs any more. */
  settled(): Promise<void>;
}

export function createContext(services: Services, actor: Actor, asked: Pick<Context, 'signal'>): Context {
  return new LazyContext(services, actor, asked);
}

/** A class, since an object literal with accessors makes new ones, and a new shape, for every request. */
class LazyContext implements Context {
  readonly services: Services;
  readonly actor: Actor;
  readonly answer: AnswerBudget;
  readonly #asked: Pick<Context, 'signal'>;
  readonly #resolved = new Map<string, unknown>();
  #loaders: Loaders | null = null;

  constructor(services: Services, actor: Actor, asked: Pick<Context, 'signal'>) {
    this.services = services;
    this.actor = actor;
    this.#asked = asked;
    this.answer = new AnswerBudget(asked);
  }

  get signal(): AbortSignal {
    return this.#asked.signal;
  }

  /** Made on first use: the commonest queries need none. */
  get loaders(): Loaders {
    this.#loaders ??= createLoaders(this.services, this.actor, this.answer);
    return this.#loaders;
  }

  once(name: string, resolve: () => unknown): unknown {
    if (this.#resolved.has(name)) return this.#resolved.get(name);
    let found: unknown;
    try {
      found = resolve();
    } catch (error) {
      found = Promise.reject(error);
    }
    this.#resolved.set(name, found);
    return found;
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#resolved.values());
  }
}
