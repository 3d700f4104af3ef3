import type { Session } from './token.ts';

export interface SessionReaders {
  /** By keyed hash; ended and expired ones too, since the caller decides by the store's clock. */
  find(hash: Buffer): Promise<Session | null>;
  findById(id: string): Promise<Session | null>;
}

export interface SessionWriters extends SessionReaders {
  insert(session: Session): Promise<void>;
  /** False when it is gone or was ended before: of two racing callers one gets true. */
  end(id: string, now: number): Promise<boolean>;
  /**
   * Ends the live sessions of a token except the newest `keep`, and returns their ids. Take the token's exclusive lock first: otherwise two
   * sign-ins at the same time would count the same sessions.
   */
  endOldest(tokenId: string, keep: number, now: number): Promise<readonly string[]>;
}
