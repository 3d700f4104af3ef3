/** An answer whose work waits for a turn of the event loop. */
export interface Waiter {
  /** Its place among all that ever waited: the lower one waited first. */
  readonly place: number;
  /** How many it is to hold, as far as is known. */
  readonly values: number;
  /** Does as much work as one turn has time for. */
  takeTurn(): void;
}

/** A short answer holds no more. */
const VALUES_OF_SHORT = 2000;

/**
 * Who has the next turn of the event loop: a short answer, and beside it the one that waited first of all. So short answers are soon made
 * whatever else is, and long ones one after the other: what each of them holds until its end is not held at the same time.
 */
export class TurnQueue {
  #lastPlace = 0;
  /** By their places. */
  readonly #waiting: Waiter[] = [];
  #isScheduled = false;

  /** A place behind all others. */
  place(): number {
    this.#lastPlace += 1;
    return this.#lastPlace;
  }

  wait(waiter: Waiter): void {
    const before = this.#waiting.findLastIndex(({ place }) => place < waiter.place);
    this.#waiting.splice(before + 1, 0, waiter);
    this.#schedule();
  }

  /** Whether another long answer was there before: what a long one reads meanwhile would be held for as long as that one takes. */
  mustWait(waiter: Waiter): boolean {
    return isLong(waiter) && this.#waiting.some((other) => isLong(other) && other.place < waiter.place);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const short = this.#take((waiter) => !isLong(waiter));
      const first = this.#take(() => true);
      short?.takeTurn();
      first?.takeTurn();
      this.#schedule();
    });
  }

  #take(isWanted: (waiter: Waiter) => boolean): Waiter | undefined {
    const index = this.#waiting.findIndex(isWanted);
    return index === -1 ? undefined : this.#waiting.splice(index, 1)[0];
  }
}

function isLong({ values }: Waiter): boolean {
  return values > VALUES_OF_SHORT;
}

/** A process has one event loop. */
export const turnQueue = new TurnQueue();
