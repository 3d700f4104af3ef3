import type { Scope } from '../connection/connection.ts';
import type { ErrorCode } from '../errors/errors.ts';
import type { PageRequest } from '../ports/page.ts';
import type { Change } from './change.ts';

export interface ChangeFilter {
  readonly connectionId?: string;
  readonly state?: Change['state'];
}

export interface ChangeReaders {
  find(scope: Scope, id: string): Promise<Change | null>;
  findByKeyHash(scope: Scope, keyHash: Buffer): Promise<Change | null>;
  /** Newest first. */
  page(scope: Scope, filter: ChangeFilter, page: PageRequest): Promise<readonly Change[]>;
  /** OPEN changes that expired before `before`. */
  expired(before: number, limit: number): Promise<readonly Change[]>;
  /** OPEN and PENDING changes of all projects by (expiresAt, id), for `doctor`; `after` is the last one seen. */
  scanOpen(after: Pick<Change, 'expiresAt' | 'id'> | null, limit: number): Promise<readonly Change[]>;
  /** OPEN and PENDING, at most 1,000. */
  openOf(connectionId: string): Promise<readonly Change[]>;
  /** OPEN and PENDING ones of a connection, or of connections that one token creates; counted up to `most`. */
  countOpen(
    of: { readonly connectionId: string } | { readonly projectId: string; readonly createdBy: string },
    most: number,
  ): Promise<number>;
  /** OPEN ones that were staged on another version than this, which are never committed any more. */
  outdated(connectionId: string, baseVersion: number, limit: number): Promise<readonly Change[]>;
  /** An OPEN or PENDING one that has this content. */
  openWith(contentId: string): Promise<Change | null>;
  /** PENDING changes of any project by (waitUntil, id), the soonest deadline first; `after` is the last one seen. */
  pending(after: Pick<Change, 'waitUntil' | 'id'> | null, limit: number): Promise<readonly Change[]>;
  /** The change that waits for the connection's leases to end, if its time has not passed. */
  waitingFor(connectionId: string, now: number): Promise<Change | null>;
}

export interface ChangeWriters extends ChangeReaders {
  insert(change: Change): Promise<void>;
  /** Of the open changes with this content. */
  setCipherHash(contentId: string, cipherHash: Buffer): Promise<void>;
  /**
   * OPEN becomes PENDING until `waitUntil`, in the name of whoever asked. Take the connection's exclusive lock first: a connection has one
   * at most.
   */
  pend(id: string, by: string | null, waitUntil: number, acceptsLosses: boolean): Promise<boolean>;
  /** PENDING becomes DISCARDED and says why; of two racing callers one gets true. */
  giveUp(id: string, failure: ErrorCode): Promise<boolean>;
  /** OPEN or PENDING becomes COMMITTED; of two racing callers one gets true. */
  commit(id: string, version: number, by: string | null, now: number): Promise<boolean>;
  /** OPEN or PENDING becomes DISCARDED; false when it is neither. */
  discard(id: string, now: number): Promise<boolean>;
}
