import type { ServerResponse } from 'node:http';
import { DomainError } from '../domain/errors/errors.ts';
import { outcomeUnknown } from '../operations/idempotency/track-effects.ts';

/** How late the end of a request's time may be noticed, milliseconds. */
const TICK_MS = 250;

/**
 * One timer looks after all requests that run: most end long before it looks. A list, since a Set that is added to and deleted from
 * all the time makes new tables, and what the old ones refer to outlives the collection of young objects.
 */
const running: Deadline[] = [];
let isLooking = false;

function nobodyWaits(): void {}

function lookAtAll(): void {
  const now = performance.now();
  for (const deadline of running) deadline.look(now);
}

/** The time that a request may take. Nothing is made for it that its work does not ask for. */
export class Deadline {
  readonly #response: ServerResponse;
  #controller: AbortController | null = null;
  #isOver = false;
  #abortAt = Number.POSITIVE_INFINITY;
  #endAt = Number.POSITIVE_INFINITY;
  #allowedMs = 0;
  #isMutation = false;
  #reject: (error: Error) => void = nobodyWaits;
  #onClose: (() => void) | null = null;
  /** Where it is in the list. */
  #index = -1;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Aborts when the time is over or the client is gone. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#isOver || this.#response.destroyed) this.#controller.abort();
      this.#onClose = () => {
        if (!this.#response.writableFinished) this.#abort();
      };
      this.#response.on('close', this.#onClose);
    }
    return this.#controller.signal;
  }

  /** Milliseconds from now to the signal, and to the end. What a mutation was to change it may change later, or have changed. */
  start(time: { readonly abort: number; readonly end: number }, isMutation = false): void {
    const now = performance.now();
    this.#abortAt = now + time.abort;
    this.#endAt = now + time.end;
    this.#allowedMs = time.end;
    this.#isMutation = isMutation;
    this.#index = running.push(this) - 1;
    if (isLooking) return;
    isLooking = true;
    setInterval(lookAtAll, TICK_MS).unref();
  }

  /** Settles as the work does, or rejects with REQUEST_TIMEOUT, or OUTCOME_UNKNOWN, at the end of the time; the work itself may go on. */
  async within<T>(work: Promise<T>): Promise<T> {
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#reject = reject;
        work.then(resolve, reject);
      });
    } finally {
      this.#reject = nobodyWaits;
      this.#leave();
      if (this.#onClose !== null) this.#response.off('close', this.#onClose);
    }
  }

  #leave(): void {
    if (this.#index === -1) return;
    const last = running.pop();
    if (last !== undefined && last !== this) {
      running[this.#index] = last;
      last.#index = this.#index;
    }
    this.#index = -1;
  }

  look(now: number): void {
    if (now >= this.#abortAt) this.#abort();
    if (now < this.#endAt) return;
    this.#reject(
      this.#isMutation
        ? outcomeUnknown()
        : new DomainError('REQUEST_TIMEOUT', `This took longer than ${this.#allowedMs / 1000} s.`, { retryAfterSeconds: 5 }),
    );
  }

  #abort(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}
