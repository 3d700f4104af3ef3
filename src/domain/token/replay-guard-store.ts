/**
 * Things that may be used so far and not again, until they end by themselves: a nonce, with the count that was used last, or a bearer that
 * was given back.
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
}

export interface ReplayGuardWriters extends ReplayGuardReaders {
  /** False when it was used as far, or further, before: of two racing callers with the same count one gets true. */
  advance(guard: ReplayGuard): Promise<boolean>;
}
