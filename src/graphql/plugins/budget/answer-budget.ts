import type { GraphQLResolveInfo } from 'graphql';
import { DomainError } from '../../../domain/errors/errors.ts';
import { turnQueue, type Waiter } from './turn-queue.ts';

/** What one answer may hold at most: it takes some 30 MB while it is made. The lead API's `getUser` over 1,000 connections takes a third of it. */
export const ANSWER_LIMITS = {
  /** Leaves, and one for each object around them. */
  values: 50_000,
  /** Of its text, in UTF-8. */
  bytes: 4 * 1024 * 1024,
  /** Of what is read from the store for it and may be left out of it. */
  readBytes: 16 * 1024 * 1024,
} as const;

/** How many values are made in one turn of the event loop; the others wait for the next turn, so that other requests get in between. */
const VALUES_A_TURN = 1000;
/** What a value of compiled code takes of the time that the interpreter takes for one. */
const SHARE_OF_COMPILED = 1 / 8;

/** What a selection costs for each object that it is made of. */
export interface SelectionCost {
  readonly values: number;
  /** Bytes of text whose length is known before the values are: names, quotes, ids and times. */
  readonly bytes: number;
  /** Members of the object itself that are text and that no resolver reads: they are charged when the object is there. */
  readonly texts: readonly string[];
  /** Its other leaves that no resolver reads. */
  readonly plain: readonly string[];
}

/** A row that is on no list, since it was altered past the gateway. */
export interface LeftOut {
  readonly fault: DomainError;
  /** Of the list that it would be on. */
  readonly path: GraphQLResolveInfo['path'];
}

/** About what is told of a row that was left out. */
const LEFT_OUT = { values: 5, bytes: 400 };

interface Waiting {
  readonly values: number;
  readonly go: () => void;
}

/**
 * What is left of an answer's budget while the answer is made. Lists are charged when they are resolved, before any of their rows is; texts
 * when they are read. When the budget is spent the execution ends: resolvers that ask for more never continue, nothing refers to them any
 * more, and no error is made for each of the thousands of missing values.
 */
export class AnswerBudget implements Waiter {
  /** Whether the rows of a long list may wait each for its own turn of the event loop; a compiled query can only wait for the whole list. */
  pacesRows = true;
  #bytes = 0;
  #values = 0;
  #read = 0;
  #error: DomainError | null = null;
  #stop: (error: DomainError) => void = () => {};
  #leftOfTurn = VALUES_A_TURN;
  readonly #waiting: Waiting[] = [];
  #place: number | null = null;
  readonly #asked: { readonly signal: AbortSignal };
  #effects: string[] | null = null;
  #begun: Promise<unknown>[] | null = null;
  #leftOut: LeftOut[] | null = null;

  /** `signal` aborts when nobody waits for the answer any more. */
  constructor(asked: { readonly signal: AbortSignal }) {
    this.#asked = asked;
  }

  get isSpent(): boolean {
    return this.#error !== null;
  }

  /** Settles as the work does, or rejects with LIMIT_EXCEEDED as soon as the budget is spent. */
  within<T>(work: () => T | Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#stop = reject;
      const done = work();
      // A promise that it is resolved with could not be rejected any more.
      if (done instanceof Promise) done.then(resolve, reject);
      else resolve(done);
    });
  }

  /** Remembers work of the root, so that the request can wait for its end. */
  begin<T>(work: T): T {
    if (work instanceof Promise) {
      this.#begun ??= [];
      this.#begun.push(work);
    }
    return work;
  }

  /** Tells, beside the answer, of a row that its list is answered without. */
  leaveOut(fault: DomainError, { path }: Pick<GraphQLResolveInfo, 'path'>): void {
    if (!this.charge(LEFT_OUT, 1)) return;
    this.#leftOut ??= [];
    this.#leftOut.push({ fault, path });
  }

  get leftOut(): readonly LeftOut[] {
    return this.#leftOut ?? [];
  }

  /** Settles when nothing of the root runs any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#begun ?? []);
  }

  /** Marks a mutation that has had its effect, whatever becomes of its answer. */
  tookEffect(name: string): void {
    this.#effects ??= [];
    this.#effects.push(name);
  }

  /** False when the execution ends here. */
  charge({ values, bytes }: Pick<SelectionCost, 'values' | 'bytes'>, times: number): boolean {
    this.#values += values * times;
    this.#bytes += bytes * times;
    return this.mayGoOn();
  }

  chargeText(bytes: number): boolean {
    this.#bytes += bytes;
    return this.mayGoOn();
  }

  /** Of what a loader got from the store. */
  chargeRead(bytes: number): boolean {
    this.#read += bytes;
    return this.mayGoOn();
  }

  mayGoOn(): boolean {
    if (this.#error !== null) return false;
    if (this.#values > ANSWER_LIMITS.values) this.#end(`The answer holds more than ${ANSWER_LIMITS.values} values.`, ANSWER_LIMITS.values);
    else if (this.#bytes > ANSWER_LIMITS.bytes)
      this.#end(`The answer is longer than ${ANSWER_LIMITS.bytes / 1024 / 1024} MiB.`, ANSWER_LIMITS.bytes);
    else if (this.#read > ANSWER_LIMITS.readBytes)
      this.#end(`The answer needs more than ${ANSWER_LIMITS.readBytes / 1024 / 1024} MiB to be read.`, ANSWER_LIMITS.readBytes);
    return this.#error === null;
  }

  /** What is wrong with an answer that has more bytes than were charged: its text was counted in characters. */
  tooLong(body: string): DomainError | null {
    if (body.length * 3 <= ANSWER_LIMITS.bytes || Buffer.byteLength(body) <= ANSWER_LIMITS.bytes) return null;
    this.#bytes = Number.POSITIVE_INFINITY;
    this.mayGoOn();
    return this.#error;
  }

  /** The rows as they are, or what is too much for this turn of the event loop as promises that wait for theirs. */
  pace<T>(rows: readonly T[], { values }: SelectionCost): readonly (T | Promise<T>)[] | Promise<readonly T[]> {
    const each = Math.max(1, values);
    const all = rows.length * each * (this.pacesRows ? 1 : SHARE_OF_COMPILED);
    if (this.#fits(all)) return rows;
    if (!this.pacesRows) return this.#turn(all).then(() => rows);
    const paced: Promise<T>[] = [];
    const most = Math.max(1, Math.floor(VALUES_A_TURN / each));
    for (let start = 0; start < rows.length; start += most) {
      const some = rows.slice(start, start + most);
      const turn = this.#turn(some.length * each);
      for (const row of some) paced.push(turn.then(() => row));
    }
    return paced;
  }

  /** Resolves in a turn of the event loop that has time for work of this size; null when that is this one. */
  turn(values: number): Promise<void> | null {
    return this.#fits(values) ? null : this.#turn(values);
  }

  #fits(values: number): boolean {
    if (this.#waiting.length > 0 || values > this.#leftOfTurn || turnQueue.mustWait(this)) return false;
    this.#leftOfTurn -= values;
    return true;
  }

  #turn(values: number): Promise<void> {
    if (this.#error !== null) return never();
    return new Promise((go) => {
      if (this.#waiting.push({ values, go }) === 1) turnQueue.wait(this);
    });
  }

  get place(): number {
    this.#place ??= turnQueue.place();
    return this.#place;
  }

  /** Lists are charged before they are made. */
  get values(): number {
    return this.#values;
  }

  takeTurn(): void {
    if (this.#asked.signal.aborted) this.#fail(new DomainError('REQUEST_TIMEOUT', 'Nobody waits for this answer any more.'));
    this.#leftOfTurn = VALUES_A_TURN;
    let next = this.#waiting[0];
    do {
      if (next === undefined) return;
      this.#waiting.shift();
      this.#leftOfTurn -= next.values;
      next.go();
      next = this.#waiting[0];
    } while (next !== undefined && next.values <= this.#leftOfTurn);
    if (next !== undefined) turnQueue.wait(this);
  }

  #end(what: string, limit: number): void {
    const kept = this.#effects === null ? '' : ` What ${this.#effects.join(', ')} changed is kept.`;
    this.#fail(
      new DomainError(
        'LIMIT_EXCEEDED',
        `${what}${kept} Ask for fewer fields or rows at once; \`connections\` is read page by page, and filtered.`,
        this.#effects === null ? { limit } : { limit, tookEffect: this.#effects },
      ),
    );
  }

  #fail(error: DomainError): void {
    this.#error = error;
    // Callers that still wait are never resumed.
    this.#waiting.length = 0;
    this.#stop(error);
  }
}

/**
 * The promise that an execution waits for after it was ended; it never settles. It is a new one each time, since a shared one would keep
 * everything that waits for it in memory.
 */
export function never(): Promise<never> {
  return new Promise(() => {});
}
