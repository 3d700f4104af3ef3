import { DomainError, outcomeUnknown } from '../domain/errors/errors.ts';

/** Who waits for the answer, whatever carries it. */
export interface Client {
  /** Nobody waits any more. */
  readonly isGone: boolean;
  /** Called when the client goes away before its answer is whole; returns what takes the listener back. */
  onGone(listener: () => void): () => void;
}

/** A caller in this process, who waits for as long as it takes. */
export const CONNECTED_CLIENT: Client = { isGone: false, onGone: () => () => {} };

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
  readonly #client: Client;
  #controller: AbortController | null = null;
  #isOver = false;
  #abortAt = Number.POSITIVE_INFINITY;
  #endAt = Number.POSITIVE_INFINITY;
  #allowedMs = 0;
  #isMutation = false;
  #reject: (error: Error) => void = nobodyWaits;
  #stopListening: (() => void) | null = null;
  /** Where it is in the list. */
  #index = -1;

  constructor(client: Client = CONNECTED_CLIENT) {
    this.#client = client;
  }

  /** Aborts when the time is over or the client is gone. */
  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#isOver || this.#client.isGone) this.#controller.abort();
      this.#stopListening = this.#client.onGone(() => this.#abort());
    }
    return this.#controller.signal;
  }

  /** Whether the time is over or the client is gone: what came of the work may not be what it would have been. */
  get isCutShort(): boolean {
    return this.#isOver || this.#client.isGone;
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
  within<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#reject = (error) => {
        this.#finish();
        reject(error);
      };
      work.then((result) => {
        this.#finish();
        resolve(result);
      }, this.#reject);
    });
  }

  #finish(): void {
    this.#reject = nobodyWaits;
    this.#leave();
    this.#stopListening?.();
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
