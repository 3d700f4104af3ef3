import { GraphQLError, type GraphQLLeafType } from 'graphql';
import type { Context } from '../schema/context.ts';
import type { AnswerBudget } from './budget/answer-budget.ts';

/** Writes what a value is in JSON to the end of `out`. Throws where the complete executor would report an error. */
export type Write = (value: unknown, out: string[], answer: Answer) => void;

/** An answer while it is written. */
export interface Answer {
  readonly context: Context;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly budget: AnswerBudget;
  /** Keeps a place at the end of `out` for what a promise brings. */
  later(value: PromiseLike<unknown>, write: Write, out: string[]): void;
}

interface Place {
  readonly out: string[];
  readonly index: number;
  readonly pieces: string[];
}

/** The text of an answer; null for one that is not free of errors, once nothing of it runs any more. */
export function writeAnswer(write: Write, context: Context, variables: Answer['variables']): string | null | Promise<string | null> {
  const pieces: string[] = [];
  const written = new WrittenAnswer(context, variables);
  try {
    write({}, pieces, written);
  } catch {
    written.failed = true;
  }
  return written.open === 0 ? written.textOf(pieces) : written.settled().then(() => written.textOf(pieces));
}

class WrittenAnswer implements Answer {
  readonly context: Context;
  readonly variables: Answer['variables'];
  readonly budget: AnswerBudget;
  failed = false;
  /** Promises that are awaited. */
  open = 0;
  /** What was begun before comes before what was begun within it. */
  readonly #places: Place[] = [];
  #settle: () => void = () => {};

  constructor(context: Context, variables: Answer['variables']) {
    this.context = context;
    this.variables = variables;
    this.budget = context.answer;
  }

  later(value: PromiseLike<unknown>, write: Write, out: string[]): void {
    // The first takes what stands before it along, so that most answers are put together once.
    const pieces = this.#places.length === 0 ? out.splice(0) : [];
    this.#places.push({ out, index: out.push('') - 1, pieces });
    this.open += 1;
    value.then(
      (found) => {
        try {
          write(found, pieces, this);
        } catch {
          this.failed = true;
        }
        this.#close();
      },
      () => {
        this.failed = true;
        this.#close();
      },
    );
  }

  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  textOf(pieces: readonly string[]): string | null {
    if (this.failed) return null;
    for (let last = this.#places.pop(); last !== undefined; last = this.#places.pop()) {
      if (this.#places.length === 0) {
        // Nothing stands before it any more.
        for (const piece of last.out.slice(1)) last.pieces.push(piece);
        return last.pieces.join('');
      }
      last.out[last.index] = last.pieces.join('');
    }
    return pieces.join('');
  }

  #close(): void {
    this.open -= 1;
    if (this.open === 0) this.#settle();
  }
}

/** The JSON of a leaf, for what the code of a query does not write by itself. */
export function leafText(type: GraphQLLeafType, value: unknown): string {
  if (isUnsettled(value)) throw unexpected();
  const text: string | undefined = JSON.stringify(type.serialize(value) ?? undefined);
  if (text === undefined) throw unexpected();
  return text;
}

function isUnsettled(value: unknown): boolean {
  return typeof value === 'function' || value instanceof Error || (typeof value === 'object' && value !== null && 'then' in value);
}

/** Seen by nobody: the complete executor says what is wrong. */
export function unexpected(): Error {
  return new GraphQLError('not an answer without errors');
}
