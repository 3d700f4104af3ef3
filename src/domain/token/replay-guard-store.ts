/**
 * Things that may be used so far and not again, until they end by themselves: a nonce, with the count that was used last, or a bearer that
 * was given back. Or things that are counted for as long as they last: a test of a connection.
 */
export interface ReplayGuard {
  /** Hex of a keyed hash: what it guards can't be told from it. */
  readonly id: string;
  readonly used: number;
  readonly expiresAt: number;
}

export interface ReplayGuardReaders {
  /** How far it was used; 0 where it was not. */
  used(id: string): Promise<number>;
  /** Those of them that there are, in no order. */
  findMany(ids: readonly string[]): Promise<readonly ReplayGuard[]>;
}

export interface ReplayGuardWriters extends ReplayGuardReaders {
  /** False when it was used as far, or further, before: of two racing callers with the same count one gets true. */
  advance(guard: ReplayGuard): Promise<boolean>;
}
