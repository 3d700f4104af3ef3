export interface IdempotencyRow {
  readonly tokenId: string;
  readonly key: string;
  readonly requestHash: Buffer;
  /** Sealed answer; null while the first request runs. */
  readonly answer: Buffer | null;
  /** Of the data key that sealed the answer; null without one. */
  readonly keyGeneration: number | null;
  readonly startedAt: number;
  /** A crashed first request frees the id after this. */
  readonly takenUntil: number;
  readonly expiresAt: number;
}

export interface IdempotencyWriters {
  /**
   * Takes the id, or returns who holds it. A request whose earlier run crashed or was released takes its id over, with that run's
   * `startedAt`. Of racing callers one gets `taken`.
   */
  take(row: IdempotencyRow, now: number): Promise<{ readonly taken: boolean; readonly row: IdempotencyRow }>;
  /** Records the answer, unless there is one: the first stays. */
  finish(tokenId: string, key: string, answer: Buffer, keyGeneration: number): Promise<void>;
  /** Ends the hold that lasts until `takenUntil`, without an answer: the same request may run again. */
  release(tokenId: string, key: string, takenUntil: number): Promise<void>;
  /** Ends that hold as if the id had never been used. */
  forget(tokenId: string, key: string, takenUntil: number): Promise<void>;
  /** For the only process of a store, at its start: no earlier holder of an id still runs. */
  releaseAll(): Promise<void>;
  /** Deletes at most `limit` rows whose day is over, and tells how many. */
  prune(now: number, limit: number): Promise<number>;
}
